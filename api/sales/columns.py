"""What tills and spreadsheets call the columns of a sales file, in the languages of the shops:
English, Spanish, German, French, Italian, Portuguese and Dutch.

A word is here if it has one meaning: “total” or “ventas” may be money as well as pieces.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

REQUIRED = ("date", "product_id", "quantity")
OPTIONAL = ("product_name", "category", "price", "revenue", "promotion")

_ID = """product_id sku item_id article_id product_code item_code product_number item_number
    id_producto codigo_producto codigo_articulo codigo id_articulo
    artikelnummer artikel_nr artikelnr produktnummer produkt_id artikel_id
    code_produit code_article id_produit id_article
    codice_articolo codice_prodotto codigo_produto codigo_artigo artikelcode
    lineitem_sku item_nbr unique_id"""
_THING = """product item article producto articulo artikel produkt produit prodotto articolo produto
    artigo"""
# A column that only says “product” is its name beside one of codes, and its id without one; a
# reference beside it may be that of a receipt.
_WORDS: Mapping[str, tuple[str, ...]] = {
    field: tuple(words.split())
    for field, words in {
        "date": """date sale_date sales_date order_date transaction_date invoice_date business_date
            fecha fecha_venta fecha_de_venta datum verkaufsdatum belegdatum buchungsdatum
            rechnungsdatum date_vente date_de_vente data data_vendita data_venda verkoopdatum
            day dia tag jour giorno month mes monat mois created_at datetime timestamp ds""",
        "product_id": f"{_ID} {_THING} referencia reference",
        "quantity": """quantity qty units units_sold quantity_sold qty_sold sold_quantity
            net_quantity quantity_ordered items_sold lineitem_quantity num_sold unit_sales demand y
            cantidad cant unidades uds cantidad_vendida
            menge anzahl stuck stuckzahl verkaufte_menge verkaufsmenge absatzmenge
            quantite qte unites quantite_vendue quantita qta pezzi quantidade qtd aantal""",
        "product_name": f"""product_name product_title item_name article_name lineitem_name
            nombre_producto nombre_articulo nombre
            artikelname artikelbezeichnung bezeichnung produktname
            nom_produit nom_article designation libelle descrizione descricao omschrijving
            {_THING}""",
        "category": """category product_category categoria familia kategorie warengruppe categorie
            famille""",
        "price": """price unit_price lineitem_price precio precio_unitario preis einzelpreis
            prix prix_unitaire prezzo prezzo_unitario preco preco_unitario prijs""",
        "revenue": "revenue turnover importe umsatz chiffre_d_affaires fatturato omzet",
        "promotion": "promotion promo promocion oferta aktion",
    }.items()
}
# What columns beside days hold in tables that have no column for each product.
_MEASURES = """amount sales sold net gross tax vat discount cost costs margin profit customers
    visitors receipts orders transactions tips cash card temperature rain weather holiday closed
    week year hour time stock inventory waste budget forecast target
    purchases deliveries returns refunds
    ventas venta neto bruto iva descuento coste costes margen beneficio clientes visitantes pedidos
    propinas efectivo tarjeta temperatura lluvia tiempo festivo cerrado semana ano hora
    existencias merma presupuesto compras entregas devoluciones
    betrag verkauf verkaufe absatz netto brutto mwst steuer rabatt kosten gewinn kunden besucher
    bons bestellungen trinkgeld temperatur regen wetter feiertag geschlossen woche
    jahr stunde uhrzeit bestand verlust lager einkauf lieferungen retouren ruckgaben
    montant ventes vente net brut tva remise cout marge clients visiteurs commandes pourboires
    especes pluie meteo ferie ferme semaine annee heure stock achats livraisons retours"""
_SHOPS = """shop store branch location outlet shop_id shop_name store_id store_nbr store_number
    store_name tienda sucursal filiale laden geschaft standort magasin boutique negozio
    punto_vendita loja winkel filiaal"""
# What tells one receipt, till or code from another. The words for many of them count customers.
_RECORDS = """id uuid row index line ticket receipt invoice order transaction till register pos
    terminal cashier operator employee waiter barcode ean gtin upc plu
    linea recibo factura pedido caja cajero camarero empleado
    zeile bon beleg rechnung bestellung kasse kassierer bediener
    ligne ticket_de_caisse facture commande caisse caissier serveur
    riga scontrino fattura ordine cassa cassiere linha talao fatura encomenda
    bonnetje factuur bestelling kassa"""
_NAMES_OF_RECORDS = frozenset(_RECORDS.split())
_NUMBERED = re.compile(
    r".+_(id|uuid|no|nr|nbr|number|numero|num|nummer|numer|code|codigo|codice|barcode|ean)"
    r"|(id|uuid|numero|n|no|nr)_(?!de_)(" + "|".join(_NAMES_OF_RECORDS) + r")"
    r"|.+(nummer|nr)"
)
_NAMES_OF_SHOPS = frozenset(_SHOPS.split())
_NAMES_OF_MEASURES = frozenset(_MEASURES.split())
_MEASURED = _NAMES_OF_MEASURES.union(*(_WORDS[one] for one in ("quantity", "price", "revenue")))
_WEEKDAYS = frozenset({"weekday", "day", "dia", "dia_de_la_semana", "wochentag", "tag", "jour"})
_APART = re.compile(r"[^a-z0-9]+")
_UNIT = re.compile(r"[(\[][^()\[\]]*[)\]]$")


def fields_of(names: Sequence[str]) -> dict[str, str]:
    """The field that each column holds, of those that hold one; its own name goes before others."""
    found = {name: name for name in names if name in _WORDS}
    others = {_word(name): name for name in reversed(names) if name not in found}
    for field, words in _WORDS.items():
        if field not in found.values():
            column = next((others.pop(word) for word in words if word in others), None)
            if column is not None:
                found[column] = field
    if "product_id" not in found.values():
        # Where products have no code, their name tells them apart.
        found |= {name: "product_id" for name, field in found.items() if field == "product_name"}
    return found


def missing(fields: Collection[str]) -> list[str]:
    """The required fields that are not among these."""
    return [field for field in REQUIRED if field not in fields]


def names_a_weekday(name: str) -> bool:
    """Whether a column of this name says which day of the week, or the month, a date is."""
    return _word(name) in _WEEKDAYS


def names_a_measure(name: str) -> bool:
    """Whether a column of this name is counted, measured or paid, be it of all products."""
    return _word(name) in _NAMES_OF_MEASURES


def names_a_shop(name: str) -> bool:
    """Whether a column of this name says in which of several shops something was sold."""
    return _word(name) in _NAMES_OF_SHOPS


def names_a_record(name: str) -> bool:
    """Whether a column of this name has the number of a receipt, a till, a person or a row."""
    word = _word(name)
    return word in _NAMES_OF_RECORDS or _NUMBERED.fullmatch(word) is not None


def measures_in(title: str) -> frozenset[str]:
    """The words of a title, such as that of a sheet, that say what is counted, measured or paid."""
    return _MEASURED.intersection(_word(title).split("_"))


def _word(name: str) -> str:
    """Without case, accents, a unit at the end and what stands between words: “Código Producto” is
    codigo_producto, and “Menge (Stk.)” is menge.
    """
    without_unit = _UNIT.sub("", name.strip().lower())
    plain = unicodedata.normalize("NFKD", without_unit).encode("ascii", "ignore").decode()
    return _APART.sub("_", plain).strip("_")
