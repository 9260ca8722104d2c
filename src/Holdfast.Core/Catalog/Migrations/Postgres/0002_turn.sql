-- Has no rows: writers that came into conflict lock it to take turns.
CREATE TABLE turn ();
