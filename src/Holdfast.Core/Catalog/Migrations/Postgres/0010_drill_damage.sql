-- When a restore for trial found the backup damaged: its damage stands until all has been read since.
ALTER TABLE backups ADD COLUMN drill_damage_at BIGINT;
