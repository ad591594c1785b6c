"""The look of a model card: readable on a phone, in the light, in the dark and on paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #faf7f2; --surface: #fff; --ink: #211c15; --soft: #6a6054; --line: #e5ddd1;
  --accent: #0b6655; --faint: #d8ebe4; --second: #c07c1a; --third: #5b6fb5; --fourth: #a5311f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171411; --surface: #211d19; --ink: #f0eae1; --soft: #aaa094; --line: #3a332c;
    --accent: #6fcbb4; --faint: #1f3c35; --second: #d9a441; --third: #9fb0ea; --fourth: #f0917f;
  }
}
* { box-sizing: border-box; }
html { font: 400 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
body { margin: 0; -webkit-text-size-adjust: 100%; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1, h2 { font-family: Georgia, serif; line-height: 1.2; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.7rem, 1.3rem + 2vw, 2.5rem); margin: 0 0 .3rem; }
h2 { font-size: 1.35rem; margin: 0 0 .6rem; }
header p { color: var(--soft); margin: 0 0 1.2rem; overflow-wrap: anywhere; }
section {
  background: var(--surface); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.1rem 1.1rem .8rem; margin: 0 0 1rem;
}
p, ul { margin: 0 0 .8rem; overflow-wrap: anywhere; max-width: 46rem; }
ul { padding-left: 1.2rem; }
li { margin: 0 0 .35rem; }
.wide { overflow-x: auto; margin: 0 0 .8rem; }
table { border-collapse: collapse; min-width: 100%; font-size: .92rem; }
th, td {
  text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--line); max-width: 22rem; overflow-wrap: break-word;
}
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.charts {
  display: grid; gap: 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
}
figure { margin: 0 0 .8rem; min-width: 0; }
figcaption { font-size: .85rem; color: var(--soft); margin: 0 0 .4rem; overflow-wrap: anywhere; }
figcaption b { color: var(--ink); display: block; font-size: .95rem; }
details { font-size: .85rem; color: var(--soft); }
summary { cursor: pointer; padding: .2rem 0; }
svg { display: block; width: 100%; max-width: 30rem; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
svg .strong { fill: var(--ink); }
svg .on-dark { fill: var(--surface); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .guide { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 4; fill: none; }
svg .line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .line.s1 { stroke: var(--second); } svg .line.s2 { stroke: var(--third); }
svg .line.s3 { stroke: var(--fourth); } svg .line.s4 { stroke: var(--soft); }
svg .area { fill: var(--faint); stroke: none; }
svg .bar, svg .dot { fill: var(--accent); }
svg .bar.s1, svg .dot.s1 { fill: var(--second); } svg .bar.s2, svg .dot.s2 { fill: var(--third); }
svg .bar.s3, svg .dot.s3 { fill: var(--fourth); } svg .bar.s4, svg .dot.s4 { fill: var(--soft); }
svg .dot.faint { fill-opacity: .45; }
svg .whisker { stroke: var(--ink); stroke-width: 1; }
svg .cell { fill: var(--accent); }
@media print { section { break-inside: avoid; border: 0; padding: 0; } }
"""
