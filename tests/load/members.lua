-- For wrk: each request comes from one of many signed-in members, in turn. The file holds one member a line: cookie, a tab, membership.
local members = {}

function init(arguments)
  for line in io.lines(arguments[1]) do
    local cookie, membership = line:match("([^\t]+)\t([^\t]+)")
    members[#members + 1] = wrk.format("GET", nil, {Host = wrk.headers["Host"], Cookie = cookie, ["Portal-Membership"] = membership})
  end
end

local turn = 0
function request()
  turn = turn % #members + 1
  return members[turn]
end
