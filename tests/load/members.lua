-- For wrk: each request comes from one of many signed-in members, in turn. The file holds one member a line: cookie, a tab, membership and, where it has
-- one, a tab and the entity tag of what it has already. The second argument says how many of a hundred requests change something instead.
local members = {}
local changes = {}
local writes = 0

function init(arguments)
  writes = tonumber(arguments[2] or "0")
  for line in io.lines(arguments[1]) do
    local cookie, membership, tag = line:match("([^\t]+)\t([^\t]+)\t?([^\t]*)")
    local headers = {Host = wrk.headers["Host"], Cookie = cookie, ["Portal-Membership"] = membership}
    if tag ~= "" then headers["If-None-Match"] = tag end
    members[#members + 1] = wrk.format("GET", nil, headers)
    if writes > 0 then
      headers["Content-Type"] = "application/json"
      headers["Sec-Fetch-Site"] = "same-origin"
      local one = {}
      for _, language in ipairs({"en", "es"}) do
        one[#one + 1] = wrk.format("PATCH", "/api/v1/me", headers, '{"language": "' .. language .. '"}')
      end
      changes[#changes + 1] = one
    end
  end
end

local turn = 0
function request()
  turn = turn % #members + 1
  if writes > 0 and math.random(100) <= writes then return changes[turn][math.random(2)] end
  return members[turn]
end
