-- What stands: corrections, conflicts and waiting have been settled by offset.
create or replace temp view event as
select logged.*
from logged
anti join gone on gone.log_offset = logged.log_offset
where not logged.void;
