"""The part of an address that names a product: an id, or an SKU with whatever characters it has.

A server decodes `%2F` before anybody can tell it from a slash, so the part may hold slashes. Where
an SKU ends like another address (`…/sales`), or is a way up that clients take (`..`), the id of the
product is the way to name it, which the list of products tells for `?product=`.
"""

from werkzeug.routing import BaseConverter

CONVERTER = "product"
PRODUCT = f"<{CONVERTER}:product_id>"


class ProductReference(BaseConverter):
    regex = ".+?"
    weight = 300  # tried last: every other address is more exact
    part_isolating = False
