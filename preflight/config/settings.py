"""The settings that a call goes by, each validated; `setting_sources` says where they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic.json_schema import SkipJsonSchema

from preflight.config import profiles
from preflight.config import setting_values as values
from preflight.config.profile import Profile
from preflight.config.validation import OneOf, first_problem
from preflight.core.errors import ConfigError
from preflight.core.exchange import Reason
from preflight.core.types import Severity

IN_FILES = {"profile": "for"}
"""Settings that are called otherwise in a config file, the environment and on the command line."""
ProfileName = Annotated[str, OneOf(profiles.names, or_suffix=".toml")]


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
    config=ConfigDict(extra="forbid", hide_input_in_errors=True),
)
class Settings:
    """What a command goes by.

    Each value is checked when it is set, in `dataclasses.replace` too; a `ConfigError` names the
    setting and what is valid. Secrets are no settings: they come from the environment.

    The descriptions of the fields below go into `config.schema.json`. Some have no key there:

    Attributes:
        max_findings: rule code or prefix → how many findings do not make a call fail: `max` under
            `rules.CODE` in a config.
        shared_columns: those of `columns` that only a config speaks of. It may be meant for several
            files, so that one may lack them; a file must have the others.
        trusts_records: whether the rules and the schema that a record of an earlier call names are
            applied, though this user's key did not mark it; see `runs.kept_run`.
        date_orders: header as written → the order of day and month in its dates, as `orders` tells
            it of a whole column: corrected rows go by what all rows of the first file proved. Its
            own rows say it of every other file.
    """

    profile: ProfileName = Field(
        default="general",
        description="Whose demands to check: a profile's name, or the file of your own.",
    )
    any_of: values.Demands = Field(
        default=(),
        description=(
            "What a row must have one of: lists of fields; a list in one counts together. It is"
            " demanded in addition to what the profile demands."
        ),
        examples=[[["email", "phone"], ["name", ["first_name", "last_name"]]]],
    )
    select: values.Codes = Field(
        default=("ALL",), description="Only these rules: codes or prefixes of codes."
    )
    ignore: values.Codes = Field(default=(), description="Not these rules.")
    extend_select: values.Codes = Field(default=(), description="These rules too.")
    severity: values.Levels = Field(
        default_factory=dict,
        description=(
            'Rule code or prefix to its severity; "off" switches a rule off. It beats the'
            " profile's."
        ),
        examples=[{"EML306": "error", "SEC": "off"}],
    )
    per_file_ignores: values.PerFileIgnores = Field(
        default_factory=dict,
        description=(
            "Pattern of files to the rules that are off in them, whatever selects these. A pattern"
            " is of the path as it is given, or relative to the config file; `*` crosses folders."
        ),
        examples=[{"archive/*.csv": ["EML306", "TXT"]}],
    )
    max_findings: SkipJsonSchema[values.MaxFindings] = Field(default_factory=dict)
    rules: values.RulePaths = Field(
        default=(), description="Folders and files of further rules, relative to the config file."
    )
    schema: values.SchemaName | None = Field(
        default=None,
        description=("Your own pandera schema, FILE:NAME, the file relative to the config file."),
        examples=["schemas.py:TradeShow"],
    )
    online: values.Switch = Field(
        default=False, description="Look the domains of email addresses up in the DNS."
    )
    resolver: values.Resolver | None = Field(
        default=None,
        description=(
            "The DNS server to ask, an IP address or one and a port; the system's without it."
        ),
        examples=["127.0.0.1:5353"],
    )
    fail_on: values.FailOn = Field(
        default="error", description="The least severity that makes the exit code of `check` 1."
    )
    exit_zero: values.Switch = Field(default=False, description="Exit with 0 whatever is found.")
    max_bad: values.MaxBadRows | None = Field(
        default=None,
        description='Rejected rows that are still accepted: a rate like "2%", or a count.',
    )
    baseline: values.BaselineFile | None = Field(
        default=None,
        description=(
            "What is accepted: the file of `preflight baseline write`, relative to the config file."
        ),
    )
    against: values.BaselineFile | None = Field(
        default=None,
        description=(
            "The snapshot that `check` compares files with, relative to the config file; see"
            " `preflight snapshot`."
        ),
    )
    unsafe_fixes: values.Switch = Field(default=False, description="Apply fixes that guess, too.")
    region: values.Region | None = Field(
        default=None, description="ISO 3166 code of the country of phones without a country code."
    )
    timezone: values.Zone | None = Field(
        default=None,
        description="IANA name of the zone of timestamps without an offset.",
        examples=["America/New_York"],
    )
    encoding: values.Encoding | None = Field(
        default=None,
        description="The files' encoding, instead of finding out.",
        examples=["utf-8", "cp1252"],
    )
    delimiter: values.Delimiter | None = Field(
        default=None,
        description='The files\' delimiter, instead of finding out: one ASCII character, or "tab".',
    )
    header_row: values.Count | None = Field(
        default=None, description="The physical line of the header, from 1, instead of finding out."
    )
    sheet: values.SheetName | None = Field(
        default=None,
        description=(
            "The sheet of a workbook, by its name or its number from 1; the first visible one that"
            " holds something without it."
        ),
    )
    columns: values.Fields = Field(
        default_factory=dict,
        description='Header as written to the field it holds; "-" for none.',
        examples=[{"Work mail": "email", "Badge": "-"}],
    )
    shared_columns: SkipJsonSchema[tuple[str, ...]] = ()
    output_format: values.OutputFormat = Field(
        default="grouped", description="The format of the findings."
    )
    statistics: values.Switch = Field(
        default=False, description="Print only how many findings of each rule there are."
    )
    show_values: values.Switch | None = Field(
        default=None,
        description=(
            "Print values of contacts; without it they are shown on a terminal that is not CI's."
        ),
    )
    max_bytes: values.Count | None = Field(
        default=None,
        description=(
            "The most bytes of a part, its header included; the provider's limit without it."
        ),
    )
    max_rows: values.Count | None = Field(
        default=None, description="The most rows of a part; the provider's limit without it."
    )
    state_dir: values.StateFolder = Field(
        default=Path(".preflight"),
        description="Where runs are remembered, relative to the config file.",
    )
    timeout: values.Seconds | None = Field(
        default=None,
        description=(
            "Seconds that a run waits for the provider's jobs in all; no end of its own without it."
        ),
    )
    providers: values.ProviderOptions = Field(
        default_factory=dict,
        description=(
            "The options of each provider, as -O gives them. Secrets come from the environment"
            " only."
        ),
    )
    reasons: values.FailureClasses = Field(
        default_factory=dict,
        description=(
            "For each provider, what can be done about a failure code of its own; beats its"
            " profile."
        ),
        examples=[{"talkvalue": {"CONTACT_BOUNCED": "suppressed"}}],
    )
    date_orders: SkipJsonSchema[Mapping[str, str]] = Field(default_factory=dict)
    trusts_records: SkipJsonSchema[bool] = False

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(
        cls, given: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Turns what pydantic says into one line; its own text would repeat the value."""
        try:
            return handler(given)
        except ValidationError as error:
            path, words = first_problem(error, lambda _: _NAMES)
        if not path:
            raise ConfigError(f"settings: {words}")
        where: Callable[[str], str] = (info.context or {}).get("where", str)
        raise ConfigError(f"{'.'.join((where(path[0]), *path[1:]))} {words}")

    def explained(self, profile: Profile) -> Profile:
        """A provider's profile with the classes that the user gave to its failure codes."""
        own = self.reasons.get(profile.name, {})
        return profile.explaining({code: Reason(value) for code, value in own.items()})

    @property
    def severities(self) -> dict[str, Severity | None]:
        """The severities that the user gave, None for off."""
        return {
            code: None if level == values.OFF else Severity(level)
            for code, level in self.severity.items()
        }

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of timestamps without an offset."""
        return ZoneInfo(self.timezone) if self.timezone else None


_NAMES = tuple(field.name for field in fields(Settings))
OF_NO_FILE = frozenset({"shared_columns", "date_orders", "trusts_records"})
"""Settings of Python alone: no config, variable or option names them."""
SETTINGS = {
    IN_FILES.get(name, name): name
    for name in _NAMES
    if name not in OF_NO_FILE and name != "max_findings"
}
"""What a config file, the environment and the command line call each setting."""
TABLES = frozenset(
    {"columns", "providers", "severity", "reasons", "per_file_ignores", "max_findings"}
)
"""The settings that are tables; those of several sources are joined, entry by entry."""
