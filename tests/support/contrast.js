// Every text that is drawn inside an element, with the contrast against what is painted behind it.
(root) => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  // The browser reads every notation of a colour, also those of computed values.
  function rgba(colour) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = ([r, g, b, a], [R, G, B]) => [
    r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1,
  ];
  const parentOf = (element) => element.parentElement ?? element.getRootNode().host ?? null;

  function path(element) {
    const found = [];
    for (let one = element; one; one = parentOf(one)) found.unshift(one);
    return found;
  }
  function backdrop(element) {
    return path(element).reduce(
      (behind, one) => over(rgba(getComputedStyle(one).backgroundColor), behind),
      [255, 255, 255, 1],
    );
  }
  const opacity = (element) =>
    path(element).reduce((all, one) => all * Number(getComputedStyle(one).opacity), 1);

  function luminance(colour) {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }

  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const { data, parentElement: element } = texts.currentNode;
    if (!data.trim() || element.closest("style, script")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const behind = backdrop(element);
    const [r, g, b, a] = rgba(getComputedStyle(element).color);
    const ink = over([r, g, b, a * opacity(element)], behind);
    found.push({ text: data.trim(), role: element.closest("[role]")?.getAttribute("role") ?? "",
      contrast: contrast(ink, behind), ink: ink.map(Math.round), behind: behind.map(Math.round) });
  }
  return found;
}
