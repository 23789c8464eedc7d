"""The providers, one folder each; `registry` finds them.

| in a provider's folder | holds                                                              |
|------------------------|--------------------------------------------------------------------|
| `client.py`            | its calls, see `protocol.ClientModule`; this makes it a provider   |
| `report.py`            | the reader of its failure reports, see `protocol.ReportModule`     |
| `stand_in.py`          | `STAND_IN`, which `preflight sandbox` runs, see `sandbox.stand`    |
| `profile.toml`         | what it takes, unless `rules/profiles/NAME.toml` says so           |
"""
