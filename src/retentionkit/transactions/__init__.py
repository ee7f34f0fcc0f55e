"""Transactions: a purchase log, parsed once, with a ledger of what was used."""

from retentionkit.transactions._transactions import Transactions

__all__ = ["Transactions"]
