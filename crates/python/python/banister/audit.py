"""Audits whose units other machines scan, such as the executors of Apache Spark."""

from ._banister import AuditError, AuditScan, UnitScanner

__all__ = ["AuditError", "AuditScan", "UnitScanner"]
