"""Hash algorithms: each is one file here, or an entry point ``iwflab.hashing``."""

from iwflab.domain.hashes import HashAlgorithm
from iwflab.registry import Registry

ALGORITHMS: Registry[HashAlgorithm] = Registry(__name__, HashAlgorithm)
