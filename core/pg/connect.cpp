#include "pg/connect.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace portal::pg {
namespace {

// libpq takes lists of hosts, and asks for the address of each one that is named without.
template <class Fits>
bool each_host(std::string_view list, Fits fits) {
  while (true) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (!fits(list.substr(0, end))) return false;
    if (end == list.size()) return true;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

pg_conn* start_connect(const std::string& conninfo, const std::string& password,
                       std::span<const std::string> settings) {
  std::string options;
  for (const std::string& setting : settings) options += (options.empty() ? "-c " : " -c ") + setting;
  std::vector<const char*> keywords = {"dbname"};
  std::vector<const char*> values = {conninfo.c_str()};  // expanded; what follows overrides it
  const auto set = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  set("client_encoding", "UTF8");
  set("fallback_application_name", "portico");
  set("options", options.c_str());
  // A path that cannot exist keeps libpq from reading ~/.pgpass, which would block on a file.
  set("passfile", "/dev/null/none");
  // Over TCP libpq would look for a Kerberos ticket first, which reads files and may ask another server.
  set("gssencmode", "disable");
  if (!password.empty()) set("password", password.c_str());
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  pg_conn* connection = PQconnectStartParams(keywords.data(), values.data(), 1);
  // libpq would print what a server says to nobody, such as that it shuts down, on the worker's standard error.
  if (connection) PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  return connection;
}

std::string refuse_conninfo(const std::string& conninfo) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(conninfo.c_str(), &message),
                                                                            PQconninfoFree);
  if (!parsed) {
    std::string why = message ? message : "out of memory";
    PQfreemem(message);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return why;
  }
  bool socket = false;
  bool address = false;
  for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
    if (!option->val || !*option->val) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "password" || keyword == "sslpassword") return "the password belongs into password_file=";
    if (keyword == "service" || keyword == "passfile" || keyword == "options" || keyword == "gssencmode")
      return std::string(keyword) + " cannot be set here";
    if (keyword == "host") socket = each_host(option->val, [](std::string_view host) { return host.starts_with('/'); });
    if (keyword == "hostaddr") address = each_host(option->val, [](std::string_view host) { return !host.empty(); });
  }
  if (!socket && !address)
    return "give host=/folder/of/the/socket or hostaddr=<IP address>: names are not resolved in a worker";
  return {};
}

}  // namespace portal::pg
