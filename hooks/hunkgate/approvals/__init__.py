"""Approvals, the part without IO: item digests, signed statements, and which findings an approval lifts."""

from hunkgate.approvals.items import dependency_item, files_item, path_item
from hunkgate.approvals.settings import ApprovalSettings, parse

__all__ = ["ApprovalSettings", "dependency_item", "files_item", "parse", "path_item"]
