"""Kinds of columns that both engines share: aware times, exact numbers, references, names in two languages."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, Integer, TypeDecorator
from sqlmodel import Field, SQLModel

# Names of constraints are part of the migrations, so they follow one rule and not the engine's taste.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite, which knows no zones, keeps it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time rather than guess its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Thousandths(TypeDecorator[Decimal]):
    """An exact decimal number with at most three places, kept as a whole number of thousandths."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """Refuse what would be rounded."""
        if value is None:
            return None
        thousandths = Decimal(value) * 1000
        if thousandths != thousandths.to_integral_value():
            raise ValueError(f"more than three decimal places: {value}")
        return int(thousandths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  (SQLAlchemy's signature)
        """As a decimal without needless zeros: 1, 0.5, 100."""
        if value is None:
            return None
        number = (Decimal(value) / 1000).normalize()
        return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def reference(target: str, *, index: bool = True, **more: Any) -> Any:
    """Declare a foreign key; indexed, since neither engine does it by itself."""
    return Field(foreign_key=target, index=index, **more)


def instant(*, nullable: bool = True, **more: Any) -> Any:
    """Declare a time."""
    if nullable:
        more.setdefault("default", None)
    return Field(sa_type=Instant, nullable=nullable, **more)


def named() -> CheckConstraint:
    """Give the constraint that a thing has a name in one language at least."""
    return CheckConstraint("name_en <> '' OR name_ar <> ''", name="named")
