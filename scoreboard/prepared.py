"""Statements for what comes by the thousand: written as all others are, compiled once, then run by the driver.

Putting a statement together and its rows into objects takes SQLAlchemy ten times as long as SQLite takes to run it. A
`Prepared` keeps the text and how its values are converted, so that a ballot costs the database's time and little more.
What fails is raised as SQLAlchemy raises it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

FETCHED = 500  # rows at a time, of what is too much to be in memory as a whole
Values = Mapping[str, Any]
Place = Callable[[Values], Any]


@dataclass(frozen=True)
class Text:
    """A statement in the words of one engine, and how each of its places is filled from the values."""

    sql: str
    places: Sequence[tuple[str, Place]]
    row: Callable[..., Any]
    positional: bool

    def filled(self, values: Values) -> Any:
        """Give the values as the driver takes them."""
        if self.positional:
            return tuple([place(values) for _name, place in self.places])
        return {name: place(values) for name, place in self.places}


@dataclass(frozen=True)
class Prepared:
    """A statement whose values are named ``bindparam``s. What it gives are named tuples of the driver's own types."""

    statement: Executable
    texts: dict[str, Text] = field(default_factory=dict)  # by the engine's name

    def run(self, connection: Connection, values: Values) -> list[Any]:
        """Run it once, and give the rows that it gives."""
        text = self.text(connection.dialect)
        cursor = run_text(connection, text.sql, text.filled(values))
        return [text.row(*row) for row in cursor.fetchall()] if cursor.description else []

    def run_all(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run it for each of these."""
        text = self.text(connection.dialect)
        driver = connection.dialect.loaded_dbapi
        try:
            connection.connection.cursor().executemany(text.sql, [text.filled(values) for values in rows])
        except driver.Error as failure:
            raise translated(connection, text.sql, failure) from failure

    def text(self, dialect: Dialect) -> Text:
        """Give the statement in an engine's words, which are found once."""
        found = self.texts.get(dialect.name)
        if found is None:
            found = self.texts[dialect.name] = compiled(self.statement, dialect)
        return found


def streamed(connection: Connection, statement: Executable) -> Iterator[Sequence[Sequence[Any]]]:
    """Give the rows that a statement finds as the driver gives them, some at a time."""
    found = connection.execute(statement, execution_options={"stream_results": True})
    try:
        while part := found.cursor_strategy.fetchmany(found, found.cursor, FETCHED):
            yield part
    finally:
        found.close()


def run_text(connection: Connection, sql: str, values: Any = ()) -> Any:
    """Run a statement as it stands, in the connection's transaction, and give the driver's cursor."""
    driver = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql, values)
    except driver.Error as failure:
        raise translated(connection, sql, failure) from failure
    return cursor


def translated(connection: Connection, sql: str, failure: Exception) -> BaseException:
    """Give a driver's error as SQLAlchemy's. The values are left out of it: they may be somebody's words."""
    dialect = connection.dialect
    return DBAPIError.instance(sql, None, failure, dialect.loaded_dbapi.Error, dialect=dialect)


def compiled(statement: Executable, dialect: Dialect) -> Text:
    """Put a statement into an engine's words."""
    found: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # every executable of ours can be
    binds = {name: bind for bind, name in found.bind_names.items()}
    sql = str(found)
    written = {found.bind_names[bind]: bind for bind in found.literal_execute_params}
    for name, bind in written.items():  # such as a separator: SQLAlchemy would write it into the text each time
        sql = sql.replace(f"__[POSTCOMPILE_{name}]", found.render_literal_value(bind.value, bind.type))
    names = [name for name in (found.positiontup if found.positional else binds) if name not in written]
    columns = list(statement.exported_columns.keys())  # type: ignore[attr-defined]  # none where nothing is given
    return Text(
        sql,
        [(name, place(binds[name], dialect)) for name in names],
        namedtuple("Row", columns),  # noqa: PYI024  (the columns are known at run time only)
        bool(found.positional),
    )


def place(bind: BindParameter[Any], dialect: Dialect) -> Place:
    """Tell how a place is filled: by the value of its name, converted where its type wants that, or by a constant."""
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if not bind.required:
        constant = convert(bind.value) if convert else bind.value
        return lambda _values: constant
    name = bind.key
    return (lambda values: convert(values[name])) if convert else itemgetter(name)
