-- The texts of a project's backups: those of some 16 that were made one after the other are one row, each text with a line
-- feed behind it, so that a part of a text is looked for in 16 at once. The times of two rows never overlap.
CREATE TABLE backup_texts (
    of_volume INTEGER NOT NULL,
    project_id TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    backups INTEGER NOT NULL,
    names TEXT NOT NULL,
    descriptions TEXT NOT NULL,
    PRIMARY KEY (of_volume, project_id, first_at)
) STRICT, WITHOUT ROWID;

-- Backups of one time have one rank, and so one row.
INSERT INTO backup_texts (of_volume, project_id, first_at, last_at, backups, names, descriptions)
SELECT of_volume, project_id, min(created_at), max(created_at), count(*),
    group_concat(coalesce(name, '') || char(10), ''), group_concat(coalesce(description, '') || char(10), '')
FROM (
    SELECT of_volume, project_id, created_at, name, description,
        (rank() OVER (PARTITION BY of_volume, project_id ORDER BY created_at) - 1) / 16 AS place
    FROM backups
)
GROUP BY of_volume, project_id, place;

CREATE TRIGGER backup_texts_made_anew AFTER UPDATE OF last_at ON backup_texts
BEGIN
    UPDATE backup_texts
    SET (backups, names, descriptions) = (
        SELECT count(*), coalesce(group_concat(coalesce(name, '') || char(10), ''), ''),
            coalesce(group_concat(coalesce(description, '') || char(10), ''), '')
        FROM backups
        WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND created_at BETWEEN NEW.first_at AND NEW.last_at
    )
    WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at = NEW.first_at;
END;

-- Whoever adds a backup tells it here: with a trigger on the table itself SQLite would copy a page of each of its indexes
-- before it writes there, and adding would take twice as long.
CREATE VIEW backup_texts_news AS SELECT of_volume, project_id, first_at AS created_at FROM backup_texts;

-- A full row is followed by another; or, when the backup comes amid those of the row, as after a clock that was ahead, it is
-- cut there.
CREATE TRIGGER backup_texts_with_a_new_one INSTEAD OF INSERT ON backup_texts_news
BEGIN
    INSERT INTO backup_texts (of_volume, project_id, first_at, last_at, backups, names, descriptions)
    SELECT NEW.of_volume, NEW.project_id, NEW.created_at, NEW.created_at, 0, '', ''
    WHERE NOT EXISTS (
        SELECT 1
        FROM (
            SELECT last_at, backups FROM backup_texts
            WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at <= NEW.created_at
            ORDER BY first_at DESC LIMIT 1
        )
        WHERE last_at >= NEW.created_at OR backups < 16
    );
    INSERT INTO backup_texts (of_volume, project_id, first_at, last_at, backups, names, descriptions)
    SELECT NEW.of_volume, NEW.project_id, NEW.created_at, last_at, 0, '', ''
    FROM (
        SELECT first_at, last_at, backups FROM backup_texts
        WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at <= NEW.created_at
        ORDER BY first_at DESC LIMIT 1
    )
    WHERE first_at < NEW.created_at AND last_at >= NEW.created_at AND backups >= 16;
    UPDATE backup_texts
    SET last_at = NEW.created_at - 1
    WHERE changes() = 1 AND of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at < NEW.created_at
    );
    UPDATE backup_texts
    SET last_at = max(last_at, NEW.created_at)
    WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at <= NEW.created_at
    );
END;

CREATE TRIGGER backup_texts_with_a_changed_one AFTER UPDATE OF name, description ON backups
BEGIN
    UPDATE backup_texts
    SET last_at = last_at
    WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = NEW.of_volume AND project_id = NEW.project_id AND first_at <= NEW.created_at
    );
END;

-- Where most are deleted, rows would come to have one backup each: a row that has fewer takes in the next, and the one
-- before takes it in, where they have 16 together at most.
CREATE TRIGGER backup_texts_without_one AFTER DELETE ON backups
BEGIN
    UPDATE backup_texts
    SET last_at = last_at
    WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at <= OLD.created_at
    );
    UPDATE backup_texts
    SET last_at = following.last_at
    FROM (
        SELECT last_at, backups FROM backup_texts
        WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at > OLD.created_at
        ORDER BY first_at LIMIT 1
    ) AS following
    WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND backup_texts.backups + following.backups <= 16 AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at <= OLD.created_at
    );
    DELETE FROM backup_texts
    WHERE changes() = 1 AND of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at = (
        SELECT min(first_at) FROM backup_texts WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at > OLD.created_at
    );
    UPDATE backup_texts
    SET last_at = this.last_at
    FROM (
        SELECT first_at AS begins_at, last_at, backups FROM backup_texts
        WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at <= OLD.created_at
        ORDER BY first_at DESC LIMIT 1
    ) AS this
    WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND backup_texts.backups + this.backups <= 16 AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at < this.begins_at
    );
    DELETE FROM backup_texts
    WHERE changes() = 1 AND of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at = (
        SELECT max(first_at) FROM backup_texts WHERE of_volume = OLD.of_volume AND project_id = OLD.project_id AND first_at <= OLD.created_at
    );
END;
