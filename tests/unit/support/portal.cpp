#include "support/portal.hpp"

#include <jansson.h>

#include <stdexcept>

namespace portal::test {
namespace {

std::string text_at(const json_t* object, const char* key) { return json_string_value(json_object_get(object, key)); }

edge::WorkerOptions with_conninfo(edge::WorkerOptions options, const std::string& socket_folder) {
  PrivatePostgres::get().demo();
  options.conninfo = "host=" + socket_folder + " dbname=" + std::string(PrivatePostgres::kPortal) + " user=portal_edge";
  return options;
}

std::string hexadecimal(const crypto::Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace

DemoMember first_demo_member() {
  json_error_t error;
  const std::unique_ptr<json_t, decltype(&json_decref)> demo(
      json_loads(PrivatePostgres::get().demo().c_str(), 0, &error), json_decref);
  const json_t* member =
      json_array_get(json_object_get(json_array_get(json_object_get(demo.get(), "accounts"), 0), "members"), 0);
  if (!member) throw std::runtime_error("portalctl demo has printed no member");
  return {text_at(member, "email"), text_at(member, "password")};
}

std::string demo_membership() {
  return PrivatePostgres::get().ask(
      "select membership_id from portal.membership join portal.account using (account_id) where slug = 'brightwater' "
      "and state = 'active' "
      "and 'view_job_status' = any (permissions) order by membership_id limit 1",
      PrivatePostgres::kPortal);
}

std::string open_session(const std::string& membership_id) {
  const crypto::Token token = crypto::Token::generate();
  PrivatePostgres::get().execute(
      "insert into portal.session (account_id, token_hash, member_id, membership_id, expires_at) select account_id, "
      "'\\x" +
          hexadecimal(token.hash()) +
          "', member_id, membership_id, now() + interval '1 day' from portal.membership where membership_id = " +
          membership_id,
      PrivatePostgres::kPortal);
  return token.text();
}

crypto::Keyring PortalWorker::keys() {
  Result<crypto::Keyring> loaded = crypto::Keyring::load(PrivatePostgres::get().keys_file());
  if (!loaded) throw std::runtime_error(loaded.error().log_detail);
  return std::move(*loaded);
}

PortalWorker::PortalWorker(edge::WorkerOptions options, const std::string& socket_folder)
    : worker(with_conninfo(std::move(options), socket_folder), keyring, loop, offload, log) {}

PortalWorker::Request::Request(PortalWorker& portal, Asking asking)
    : asking_(std::move(asking)),
      operation_(portal.worker, describe(), asking_.account, http::CookieMode::kInsecure,
                 io::Callback::to<&Request::on_done>(this)) {
  operation_.start();
}

http::Request PortalWorker::Request::describe() {
  headers_ = asking_.headers;
  headers_.push_back({"Sec-Fetch-Site", "same-origin"});
  if (!asking_.body.empty()) headers_.push_back({"Content-Type", "application/json"});
  if (!asking_.session.empty()) {
    cookie_ = "portal-member=" + asking_.session;
    headers_.push_back({"Cookie", cookie_});
  }
  const std::size_t mark = asking_.path.find('?');
  return {.method = http::parse_method(asking_.method),
          .path = std::string_view(asking_.path).substr(0, mark),
          .query = mark == std::string::npos ? std::string_view() : std::string_view(asking_.path).substr(mark + 1),
          .headers = headers_,
          .body = asking_.body,
          .host = asking_.host.empty() ? asking_.account : asking_.host,
          .peer_address = "127.0.0.1",
          .request_id = "test-request"};
}

http::Response PortalWorker::answer_of(Asking asking) {
  const std::unique_ptr<Request> request = start(std::move(asking));
  if (!loop.run_until([&] { return request->done(); }, kPatience)) throw std::runtime_error("no answer in time");
  return request->response();
}

std::string PortalWorker::status_and_code(Asking asking) {
  const http::Response response = answer_of(std::move(asking));
  std::string said = std::to_string(static_cast<int>(response.status));
  json_error_t error;
  const std::unique_ptr<json_t, decltype(&json_decref)> body(
      json_loadb(response.body.data(), response.body.size(), 0, &error), json_decref);
  if (const json_t* code = json_object_get(body.get(), "code")) said += std::string(" ") + json_string_value(code);
  return said;
}

}  // namespace portal::test
