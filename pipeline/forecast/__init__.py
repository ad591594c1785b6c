"""A forecast for one product, from a frame and a specification.

`train.train_forecast` is the whole way, and reads like this list:

1. ``history`` checks the rows, lays them on their calendar, and tells what is no demand.
2. ``columns`` keeps the columns from outside that made past forecasts better.
3. ``selection`` plans windows of the past, lets candidates race through them, and weighs the best.
4. ``candidates.known`` lists who takes part: Prophet's model (``structural``), methods of series
   alone (``statistical``), trees over all products (``pooled``), and simple ones (``candidates``).
5. ``intervals`` learns from the errors of the windows how far sales will lie from a forecast.
6. ``report`` puts this into numbers and words, and ``result`` says what a caller gets.

``shared`` learns once per job what its products have in common, before any of them is trained.
``finished`` is what can be asked of a forecast later: other dates, reasons, totals, drift.
``calendar`` knows dates for all of them.
"""
