-- The words of Hangul are pairs of syllables now, and kana keep their voiced sound marks. The weight B tells that a row has them; a
-- worker fills in the others. The index replaces tasks_to_fill, whose rows it has too; that one stays for replicas of the release
-- before, which look for rows without the weight A. A later release drops it.
CREATE INDEX tasks_to_refill ON tasks (workspace_id, id) WHERE length(ts_filter(search, '{b}')) = 0;
