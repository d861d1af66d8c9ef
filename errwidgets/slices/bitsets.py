"""Sets of rows as packed bits: built once from codes, intersected and counted by NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from numpy.typing import NDArray

    Codes = NDArray[np.unsignedinteger[Any]]

__all__ = ["BLOCK_WORDS", "WORD_ROWS", "Bitsets", "Lattice"]

WORD_ROWS = 64

BLOCK_WORDS = 1008
"""Words of a set that are looked at together: their rows, 64 to a word, are fewer than 2^16."""

# A quarter of a megabyte: what is gathered and intersected together stays in the cache.
_CHUNK_WORDS = 1 << 15

# Blocks that are packed at once: a megabyte of truth values.
_PACKED_BLOCKS = 16

# Below so many rows a second thread costs more than it brings.
_THREADED_ROWS = 1 << 18

# Above so many codes it is quicker to count rows by code than to pack a set for each.
_PACK_ALL = 48


class Bitsets:
    """Sets of the same rows, cut into blocks of words that lie together in memory.

    Parameters
    ----------
    n_sets, n_rows : int
        How many sets there are, and of how many rows.

    Attributes
    ----------
    starts : list of int
        The first word of each block.
    blocks : list of ndarray of shape (n_sets, at most BLOCK_WORDS), dtype uint64
        Bit ``i`` of word ``w`` is row ``64 w + i``.
    """

    def __init__(self, n_sets: int, n_rows: int) -> None:
        self.n_sets, self.n_rows = n_sets, n_rows
        n_words = -(-n_rows // WORD_ROWS)
        width = min(BLOCK_WORDS, n_words)
        self.starts = list(range(0, n_words, BLOCK_WORDS))
        # One array, so that a set is written to all of its blocks at once.
        self._words = np.zeros((len(self.starts), n_sets, width), dtype=np.uint64)
        self.blocks = [
            words if n_words - start >= width else np.ascontiguousarray(words[:, : n_words - start])
            for words, start in zip(self._words, self.starts, strict=True)
        ]

    def put(self, first: int, codes: Codes, wanted: Sequence[int]) -> None:
        """Write the sets of the rows that have these codes, from the set `first` on."""
        bits = self._words.view(np.uint8)
        n_bytes = bits.shape[2]
        step = _PACKED_BLOCKS * BLOCK_WORDS * WORD_ROWS
        same = np.empty(min(step, len(codes)), dtype=bool)
        for start in range(0, len(codes), step):
            part = codes[start : start + step]
            block = start // (BLOCK_WORDS * WORD_ROWS)
            inside = same[: len(part)]
            for i, code in enumerate(wanted):
                np.equal(part, code, out=inside)
                packed = np.packbits(inside, bitorder="little")
                full = len(packed) // n_bytes
                whole = packed[: full * n_bytes].reshape(full, n_bytes)
                bits[block : block + full, first + i] = whole
                rest = packed[full * n_bytes :]
                if len(rest):
                    last = self.blocks[block + full].view(np.uint8)
                    last[first + i, : len(rest)] = rest

    def sizes(self) -> NDArray[np.int64]:
        """Return the number of rows in each set."""
        total = np.zeros(self.n_sets, dtype=np.int64)
        for block in self.blocks:
            total += np.bitwise_count(block).sum(axis=1, dtype=np.uint16)
        return total

    def count(
        self,
        block: int,
        sets: NDArray[np.intp],
        offsets: NDArray[np.intp],
        tick: Callable[[], None],
    ) -> NDArray[np.uint16]:
        """Return how many rows of a block are in all of some sets, per segment of its words.

        Parameters
        ----------
        block : int
            Which block.
        sets : ndarray of shape (n_candidates, n_conditions)
            Which sets are intersected.
        offsets : ndarray of shape (n_segments,)
            Where segments begin, in words of the block.
        tick : callable
            Called between two pieces of work; may raise to stop.

        Returns
        -------
        ndarray of shape (n_candidates, n_segments), dtype uint16
        """
        counts = np.empty((len(sets), len(offsets)), dtype=np.uint16)
        for chunk, both in self.intersections(block, sets):
            ones = np.bitwise_count(both)
            if len(offsets) == 1:
                ones.sum(axis=1, dtype=np.uint16, out=counts[chunk, 0])
            else:
                np.add.reduceat(ones, offsets, axis=1, dtype=np.uint16, out=counts[chunk])
            tick()
        return counts

    def intersections(
        self, block: int, sets: NDArray[np.intp]
    ) -> Iterator[tuple[slice, NDArray[np.uint64]]]:
        """Yield the intersections of sets in a block, a chunk of candidates at a time."""
        words = self.blocks[block]
        chunk = max(1, _CHUNK_WORDS // max(1, words.shape[1]))
        first = np.empty((min(chunk, len(sets)), words.shape[1]), dtype=np.uint64)
        other = np.empty_like(first)
        for start in range(0, len(sets), chunk):
            part = sets[start : start + chunk]
            both, more = first[: len(part)], other[: len(part)]
            # With mode="raise" NumPy would go through a buffer; the positions are ours.
            np.take(words, part[:, 0], axis=0, out=both, mode="clip")
            for column in range(1, part.shape[1]):
                np.take(words, part[:, column], axis=0, out=more, mode="clip")
                np.bitwise_and(both, more, out=both)
            yield slice(start, start + len(part)), both

    def truths(self, block: int, sets: NDArray[np.intp], words: slice) -> NDArray[np.uint8]:
        """Return the intersections of sets in some words of a block as 0 and 1 per row."""
        part = self.blocks[block][:, words]
        both = part[sets[:, 0]]
        for column in range(1, sets.shape[1]):
            both &= part[sets[:, column]]
        return np.unpackbits(both.view(np.uint8), axis=1, bitorder="little")


def _nothing() -> None:
    pass


class Lattice:
    """The conditions of all features over the rows that are searched, as sets of rows.

    Does not depend on what is searched for, so it is made once and kept.

    Parameters
    ----------
    codes : list of ndarray of shape (n_rows,), unsigned
        A code per row for each feature.
    n_codes : list of int
        How many codes each feature has.
    searched : list of collection of int, optional
        The codes of each feature that are conditions; by default all.
    tick : callable, optional
        Called between two pieces of work while sets are packed; may raise to stop.

    Attributes
    ----------
    feature, code : ndarray of shape (n_conditions,)
        Which feature and code each condition is.
    sizes : ndarray of shape (n_conditions,)
        Rows that meet it.
    """

    def __init__(
        self,
        codes: Sequence[Codes],
        n_codes: Sequence[int],
        searched: Sequence[Collection[int]] | None = None,
        tick: Callable[[], None] = _nothing,
    ) -> None:
        self._tick = tick
        self.codes, self.n_codes = list(codes), list(n_codes)
        self.n_conditions = list(map(len, searched)) if searched is not None else self.n_codes
        self.n_rows = len(codes[0]) if self.codes else 0
        self.feature = np.repeat(np.arange(len(self.codes)), self.n_codes)
        self.first = np.concatenate(([0], np.cumsum(self.n_codes, dtype=np.intp)))
        self.code = np.arange(len(self.feature)) - self.first[self.feature]
        self.row = np.full(len(self.feature), -1)
        """Position of each condition among the packed sets; -1 where none was needed yet."""
        self.keeps: tuple[object, ...] = ()
        """What must not be forgotten while the lattice is kept."""
        self._packed: list[Bitsets] = []
        self.sizes = self._count()
        if searched is not None:  # a condition of no rows is none
            wanted = [set(of) for of in searched]
            left_out = [
                int(c) not in wanted[f] for f, c in zip(self.feature, self.code, strict=True)
            ]
            self.sizes[left_out] = 0

    def __len__(self) -> int:
        return len(self.feature)

    def _count(self) -> NDArray[np.int64]:
        few = [f for f, n in enumerate(self.n_codes) if n <= _PACK_ALL]
        self._add(np.flatnonzero(np.isin(self.feature, few)))
        sizes = np.zeros(len(self.feature), dtype=np.int64)
        if self._packed:
            sizes[self.row >= 0] = self._packed[0].sizes()
        for feature, codes in enumerate(self.codes):
            if self.n_codes[feature] > _PACK_ALL:
                counted = np.bincount(codes, minlength=self.n_codes[feature])
                sizes[self.first[feature] : self.first[feature + 1]] = counted
        return sizes

    def _add(self, conditions: NDArray[np.intp]) -> None:
        if not len(conditions):
            return
        self.row[conditions] = np.arange(len(conditions)) + sum(b.n_sets for b in self._packed)
        self._packed.append(self.pack(conditions))

    def pack(
        self,
        conditions: NDArray[np.intp],
        rows: NDArray[np.intp] | None = None,
    ) -> Bitsets:
        """Return packed sets for some conditions, of all rows or of some, in any order."""
        codes = self.codes
        bitsets = Bitsets(len(conditions), self.n_rows if rows is None else len(rows))
        features = self.feature[conditions]
        starts = np.flatnonzero(np.append(True, features[1:] != features[:-1]))
        ends = zip(starts.tolist(), [*starts[1:].tolist(), len(features)], strict=True)

        def put(span: tuple[int, int]) -> None:
            feature = int(features[span[0]])
            of_feature = codes[feature] if rows is None else np.take(codes[feature], rows)
            bitsets.put(span[0], of_feature, self.code[conditions[slice(*span)]].tolist())

        if bitsets.n_rows < _THREADED_ROWS:
            for span in ends:
                put(span)
                self._tick()
        else:  # NumPy lets go of the interpreter while it compares and packs
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  only for many rows

            pool = ThreadPoolExecutor(2)
            try:
                for _ in pool.map(put, ends):
                    self._tick()
            finally:
                pool.shutdown(cancel_futures=True)
        return bitsets

    def sets_of(self, conditions: NDArray[np.intp]) -> tuple[Bitsets, NDArray[np.intp]]:
        """Return the packed sets, and which of them are these conditions."""
        self._add(conditions[self.row[conditions] < 0])
        if len(self._packed) > 1:
            joined = Bitsets(sum(b.n_sets for b in self._packed), self.n_rows)
            joined.blocks = [
                np.concatenate(parts)
                for parts in zip(*(b.blocks for b in self._packed), strict=True)
            ]
            self._packed = [joined]
        return self._packed[0], self.row[conditions]

    def watched(self, tick: Callable[[], None]) -> Lattice:
        """Call another function between two pieces of work from now on."""
        self._tick = tick
        return self

    def same_rows(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Return whether two conjunctions of conditions hold the same rows."""
        packed, row = self.sets_of(np.array([*one, *other], dtype=np.intp))
        first, second = row[: len(one)][None, :], row[len(one) :][None, :]
        return all(
            np.array_equal(
                next(packed.intersections(block, first))[1],
                next(packed.intersections(block, second))[1],
            )
            for block in range(len(packed.blocks))
        )

    def n_slices(self, max_conditions: int) -> int:
        """Return how many conjunctions of at most so many conditions there are."""
        # Elementary symmetric polynomials: at most one condition of each feature.
        counts = [1] + [0] * max_conditions
        for n in self.n_conditions:
            for level in range(max_conditions, 0, -1):
                counts[level] += counts[level - 1] * n
        return sum(counts[1:])
