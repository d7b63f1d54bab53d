"""Products, SKUs and listings are found by a piece of their texts."""

from django.db import migrations

from opsdesk.models.search import AddSearch


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_shipped_catalogue")]

    operations = [
        AddSearch("product", ["code", "title", "brand"]),
        AddSearch("sku", ["code", "title"]),
        AddSearch("listing", ["seller_sku", "external_id", "title"]),
    ]
