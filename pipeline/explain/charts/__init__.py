"""Small drawings as SVG that needs no program and no file beside it."""
