"""Excel workbooks (ECMA-376, SpreadsheetML) as rows of cells, read piece by piece.

Only what cells hold: the results of formulas as they were saved, no styles but those of dates, no
macros, no links. What a hostile file may cost is bounded: an archive expands to a thousand times
its size.
"""
