"""Opening the warehouse's database: brought up to date, and with every key that its values need."""

from dockwire.resealing import use_keys
from dockwire.sealing import Sealer
from dockwire.warehouse.database import Database
from dockwire.warehouse.migrate import migrate
from dockwire.warehouse.personal_tables import seal_keys


def open_database(url: str, sealer: Sealer) -> Database:
    """Return the database behind ``url``, its schema up to date.

    Raises:
        UnusableDatabase: the address is wrong or nothing answers there.
        SealError: a key is missing with which values there are sealed.
    """
    database = Database(url)
    try:
        database.write(migrate)
        database.write(lambda link: use_keys(link, seal_keys, sealer, database.name))
    except BaseException:
        database.close()
        raise
    return database
