"""Custody: signed acts about every box, what follows from them, and what does not fit.

==============  ==================================================================================
``fields``      the fields of an event: key, name, shape (table)
``kinds``       kinds of events, who must sign, roles of units (tables)
``objects``     boxes and bundles in groups; the hash of a load
``event``       `Event`, its bytes, its checks
``entry``       an event with its signatures, as it stands in the log
``sign``        `Device`: recording and signing; the only module with private keys
``admission``   what the log refuses at its door: `Admission`, handed to `LogWriter`
``state``       `State`: take entries one by one; where every object is, and what does not fit
``query``       questions to a state: `box`, `station`, `place`, `without_custodian`, `counts`
``report``      `findings` of a state as of a time; ``findings`` has their codes (table)
``balance``     ballots and boxes: equations that hold, or whose difference is named
``rules``       `CustodyRules`: the custody rules of ``verify``
==============  ==================================================================================

The format: docs/custody-format.md. Nothing here reads a plan: what was expected is announced in the log itself.
"""
