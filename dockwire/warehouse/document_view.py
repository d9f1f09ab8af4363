"""What receivers and adjustments show alike: whose they are, where, since when, and how far they have come."""

from typing import Any

from sqlalchemy import Row

from dockwire.warehouse.local_time import to_wire
from dockwire.warehouse.resources import Resource
from dockwire.warehouse.work import Work


def document_state(work: Work, row: Row[Any]) -> Resource:
    """Return the read-only members of a document's row, its number apart."""
    return {
        "customerIdentifier": {
            "externalId": row.external_id or None,
            "name": row.customer,
            "id": row.customer_id,
        },
        "facilityIdentifier": {"name": row.facility, "id": row.facility_id},
        "creationDate": to_wire(row.created, work.zone),
        "createdByIdentifier": {"name": row.created_by},
        "lastModifiedDate": to_wire(row.modified, work.zone),
        "status": row.status,
    }
