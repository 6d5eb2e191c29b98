#include "features/staff_mail/form.hpp"

#include <algorithm>
#include <array>

#include "auth/email.hpp"
#include "base/limits.hpp"
#include "json/plain_text.hpp"
#include "json/reader.hpp"

namespace portal::features::staff_mail {
namespace {

constexpr std::array kSecurities = {Choice<std::string_view>{.word = "starttls", .value = "starttls"},
                                    Choice<std::string_view>{.word = "tls", .value = "tls"}};
constexpr std::size_t kNameCharacters = 300;  // as the columns
constexpr std::size_t kHostCharacters = 253;
constexpr std::size_t kUserCharacters = 254;
constexpr std::size_t kPasswordCharacters = 250;  // sealed it fits the column in any script
constexpr std::int64_t kHighestPort = 65535;

// Present, if only as null: a form that leaves something out does not mean to take it away.
std::optional<std::string> read_nullable(json::ObjectReader& body, std::string_view name, std::size_t maximum) {
  std::optional<std::optional<std::string>> text = body.nullable_text(name, {.maximum = maximum});
  if (!text) body.add_error(name, "required");
  return text ? std::move(*text) : std::nullopt;
}

std::optional<std::string> read_line(json::ObjectReader& body, std::string_view name, std::size_t maximum) {
  std::optional<std::string> text = read_nullable(body, name, maximum);
  if (text) json::trim_line(body, name, *text);
  return text;
}

std::optional<std::string> read_address(json::ObjectReader& body, std::string_view name) {
  const std::optional<std::string> text = read_nullable(body, name, limits::kEmailBytes);
  if (!text) return std::nullopt;
  std::optional<std::string> address = auth::normalise_email(*text);
  if (!address) body.add_error(name, "invalid_email");
  return address;
}

std::string read_host(json::ObjectReader& body) {
  std::string host(json::without_blanks(body.text("host", {.maximum = kHostCharacters})));
  std::ranges::transform(host, host.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  const auto is_word = [](char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'); };
  const bool is_host =
      !host.empty() && is_word(host.front()) && is_word(host.back()) &&
      std::ranges::all_of(host, [&](char letter) { return is_word(letter) || letter == '.' || letter == '-'; });
  if (!is_host) body.add_error("host", "invalid_host");
  return host;
}

Server read_server(json::ObjectReader& body) {
  Server server;
  server.host = read_host(body);
  server.port = static_cast<std::int32_t>(body.integer("port", 1, kHighestPort));
  server.security = body.choice("security", kSecurities);
  server.username = read_line(body, "username", kUserCharacters);
  if (std::optional<std::string> password = body.optional_text("password", {.maximum = kPasswordCharacters})) {
    json::require_one_line(body, "password", *password);
    if (!server.username) body.add_error("username", "required");
    server.password = crypto::SecretString(*password);
    crypto::wipe(password->data(), password->size());
  }
  // Whether it was valid is said once, for the whole body.
  [[maybe_unused]] const Result<void> noted = body.finish();
  return server;
}

}  // namespace

Result<Form> read_form(std::string_view text) {
  Result<json::Document> document = json::parse(text);
  if (!document) return fail(std::move(document.error()));
  json::ObjectReader body = document->object();
  Form form;
  form.sender_name = read_line(body, "sender_name", kNameCharacters);
  form.sender_address = read_address(body, "sender_address");
  form.reply_to = read_address(body, "reply_to");
  std::optional<std::optional<json::ObjectReader>> server = body.nullable_object("server");
  if (!server) body.add_error("server", "required");
  if (server && *server) {
    form.server = read_server(**server);
    // A server sends in the name of its own domains.
    if (!form.sender_address) body.add_error("sender_address", "required");
  }
  if (Result<void> valid = body.finish(); !valid) return fail(std::move(valid.error()));
  return form;
}

}  // namespace portal::features::staff_mail
