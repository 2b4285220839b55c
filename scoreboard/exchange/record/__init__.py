"""An event's record as a file: a line of JSON each, so that it can be read from end to end by anybody.

{"scoreboard":"record","version":1,"event":{"key","slug","name_en","name_ar"}}
{"sequence":1,"at","actor","action","subject","payload":{...},"salt","leaf","hash"}      an entry, in its order
{"sequence":2,"leaf","hash"}                     a closed one: what it says is left out, and its place is proved
{"checkpoint":"..."}                             a signed note, right after the last entry that it covers
{"run":{"kind","round","at","sequence","rule","software","standings":{...},"hash"}}
                                                 a published result, right after the entry that names it
{"end":{"entries":n,"checkpoints":n,"runs":n}}
"""

from scoreboard.exchange.record.reading import RecordFile
from scoreboard.exchange.record.verifying import verify_record
from scoreboard.exchange.record.writing import write_record

__all__ = ["RecordFile", "verify_record", "write_record"]
