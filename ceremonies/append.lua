-- Appends one entry if the last one is the one that the writer has read.
--
-- KEYS[1]  the log
-- ARGV     1 id of the last entry ("0-0": none)   2 its hash   3 id of the new entry
--          4 body   5 hash   6 key id   7 signature   8 channel   9 what is published on it
--
-- Answers {1, id, hash} when the entry stands in the log and is the writer's, also when an earlier
-- run wrote it and only its reply was lost. Answers {0, id, hash} of the last entry otherwise, and
-- {2, id, hash} where the stream had more entries once than it shows.

local function hash_in(entry)
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 'hash' then
      return fields[i + 1]
    end
  end
  return ''
end

local log = KEYS[1]
local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
local id, hash = '0-0', string.rep('0', 64)
if last then
  id, hash = last[1], hash_in(last)
end

if id == ARGV[1] and hash == ARGV[2] then
  local added = redis.pcall('XADD', log, ARGV[3],
    'body', ARGV[4], 'hash', ARGV[5], 'key_id', ARGV[6], 'signature', ARGV[7])
  if type(added) == 'table' and added.err then
    if string.find(added.err, 'equal or smaller', 1, true) then
      return {2, id, hash}
    end
    return added
  end
  -- pcall: a user who may not publish has still appended; the sweep finds what no wake told.
  redis.pcall('PUBLISH', ARGV[8], ARGV[9])
  return {1, ARGV[3], ARGV[5]}
end

local mine = redis.call('XRANGE', log, ARGV[3], ARGV[3])[1]
if mine and hash_in(mine) == ARGV[5] then
  -- WAIT and WAITAOF count from this connection's last write, so there has to be one: this
  -- changes nothing, and is passed on to replicas and to the append-only file.
  redis.call('XSETID', log, id)
  return {1, ARGV[3], ARGV[5]}
end

return {0, id, hash}
