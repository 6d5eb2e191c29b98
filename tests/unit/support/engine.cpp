#include "support/engine.hpp"

#include <algorithm>
#include <stdexcept>

namespace portal::test {

bool MemoryLog::has(std::string_view text) const {
  return std::ranges::any_of(lines_, [&](const auto& line) { return line.second.contains(text); });
}

std::size_t MemoryLog::count(LogLevel level) const {
  return static_cast<std::size_t>(std::ranges::count_if(lines_, [&](const auto& line) { return line.first == level; }));
}

const pg::Statement* Statements::add(std::string text, std::vector<pg::Oid> types) {
  if (entries_.size() == kRoom) throw std::length_error("too many statements for one test");
  const auto index = static_cast<std::uint16_t>(entries_.size());
  Entry& entry = entries_.emplace_back("statement_" + std::to_string(index), std::move(text), std::move(types));
  entry.statement = {.name = entry.name, .text = entry.text.c_str(), .parameter_types = entry.types, .index = index};
  return &entry.statement;
}

Task<void> Asked::ask(pg::Lane* lane, std::vector<pg::Query> queries, std::optional<Answer>* answer) {
  *answer = co_await lane->run(std::move(queries));
}

Asked::Asked(pg::Lane& lane, std::vector<pg::Query> queries) : task_(ask(&lane, std::move(queries), &answer_)) {
  task_.handle().resume();
}

Engine::Engine(pg::LaneOptions given) : lane(loop, given.conninfo.empty() ? options() : std::move(given), log) {}

pg::LaneOptions Engine::options(const std::string& socket_folder) {
  pg::LaneOptions options;
  options.name = "test";
  options.conninfo = "host=" + socket_folder + " dbname=" + std::string(PrivatePostgres::kEngine) + " user=postgres";
  options.connections = 1;
  options.statements = Statements::kRoom;
  PrivatePostgres::get();
  return options;
}

Answer Engine::answer_of(std::vector<pg::Query> queries) {
  const std::unique_ptr<Asked> asked = ask(std::move(queries));
  if (!wait_for(asked)) return fail(ErrorCode::kInternal, "no answer in time");
  return std::move(asked->answer());
}

void Engine::turn_for(io::Duration time) {
  loop.run_until([] { return false; }, time);
}

}  // namespace portal::test
