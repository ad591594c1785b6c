// Drawing at most once per animation frame, however many messages arrive.

/** A function that asks for `draw` to run in the next frame; asking again changes nothing. */
export function oncePerFrame(draw) {
  let requested = false;
  return () => {
    if (requested) return;
    requested = true;
    requestAnimationFrame(() => {
      requested = false;
      draw();
    });
  };
}
