#include "pg/connect.hpp"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <ranges>
#include <string_view>
#include <vector>

namespace portal::pg {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

// libpq takes lists of hosts, and asks for the address of each one that is named without.
std::vector<std::string_view> places_of(std::string_view list) {
  std::vector<std::string_view> places;
  while (true) {
    const std::size_t end = std::min(list.find(','), list.size());
    places.push_back(list.substr(0, end));
    if (end == list.size()) return places;
    list.remove_prefix(end + 1);
  }
}

std::string beginning_at(std::size_t first, std::string_view list) {
  std::vector<std::string_view> places = places_of(list);
  std::ranges::rotate(places, places.begin() + static_cast<std::ptrdiff_t>(first % places.size()));
  std::string rotated(places.front());
  for (const std::string_view place : places | std::views::drop(1)) rotated.append(",").append(place);
  return rotated;
}

bool is_loopback(std::string_view text) {
  const std::string address(text);
  in_addr four{};
  if (inet_pton(AF_INET, address.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24U == IN_LOOPBACKNET;
  in6_addr six{};
  return inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

// Why one of them is not taken; empty: it is.
std::string refuse_option(std::string_view keyword, std::string_view value) {
  if (keyword == "password" || keyword == "sslpassword") return "the password belongs into password_file=";
  if (keyword == "service" || keyword == "passfile" || keyword == "options" || keyword == "gssencmode")
    return std::string(keyword) + " cannot be set here";
  // On a standby nobody can listen or write.
  if (keyword == "target_session_attrs" && value != "any" && value != "primary" && value != "read-write")
    return "target_session_attrs can be primary or any here";
  return {};
}

}  // namespace

pg_conn* start_connect(const std::string& conninfo, const std::string& password, std::span<const std::string> settings,
                       std::size_t first_host) {
  std::string options;
  for (const std::string& setting : settings) options += (options.empty() ? "-c " : " -c ") + setting;
  std::vector<const char*> keywords = {"dbname"};
  std::vector<const char*> values = {conninfo.c_str()};  // expanded; what follows overrides it
  const auto set = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  const Options given(PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree);
  std::deque<std::string> rotated;
  bool several = false;
  std::string_view wanted;
  for (const PQconninfoOption* option = given.get(); option && option->keyword; ++option) {
    if (!option->val) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "target_session_attrs") wanted = option->val;
    if (keyword != "host" && keyword != "hostaddr" && keyword != "port") continue;
    several = several || std::string_view(option->val).contains(',');
    set(option->keyword, rotated.emplace_back(beginning_at(first_host, option->val)).c_str());
  }
  // libpq takes a session for one of a standby when it is read-only by itself, as we make our reads. And of several
  // servers those that are standbys are of no use here.
  if (wanted == "read-write" || (wanted.empty() && several)) set("target_session_attrs", "primary");
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

bool stays_on_host(std::string_view places) {
  return std::ranges::all_of(places_of(places), [](std::string_view place) {
    return place.empty() || place.starts_with('/') || place.starts_with('@') || place == "localhost" ||
           is_loopback(place);
  });
}

std::string refuse_conninfo(const std::string& conninfo, Network network) {
  char* message = nullptr;
  const Options parsed(PQconninfoParse(conninfo.c_str(), &message), PQconninfoFree);
  if (!parsed) {
    std::string why = message ? message : "out of memory";
    PQfreemem(message);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return why;
  }
  bool socket = false;
  bool address = false;
  bool leaves_the_host = false;
  bool verified = false;
  for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
    if (!option->val || !*option->val) continue;
    const std::string_view keyword = option->keyword;
    if (std::string why = refuse_option(keyword, option->val); !why.empty()) return why;
    const std::vector<std::string_view> places = places_of(option->val);
    if (keyword == "host") socket = std::ranges::all_of(places, [](auto place) { return place.starts_with('/'); });
    if (keyword == "hostaddr") {
      address = std::ranges::none_of(places, &std::string_view::empty);
      leaves_the_host = !stays_on_host(option->val);
    }
    if (keyword == "sslmode") verified = std::string_view(option->val) == "verify-full";
  }
  if (!socket && !address)
    return "give host=/folder/of/the/socket or hostaddr=<IP address>: names are not resolved in a worker";
  // Left to itself libpq sends everything in clear to whoever answers.
  if (leaves_the_host && !verified && network == Network::kUntrusted)
    return "over a network say sslmode=verify-full, with sslrootcert= and host= as the name in the certificate; or say "
           "trusted_network beside the conninfo, where nobody else can read or answer";
  return {};
}

}  // namespace portal::pg
