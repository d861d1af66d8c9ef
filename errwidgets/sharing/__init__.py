"""What readers get who have no JavaScript or no kernel."""
