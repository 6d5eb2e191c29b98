#include "portalctl/courier_phones.hpp"

#include <chrono>
#include <thread>

#include "json/writer.hpp"
#include "portalctl_sql/phones.hpp"
#include "send/phone.hpp"

namespace portal::portalctl {
namespace {

constexpr std::int32_t kAtOnce = 500;
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kPoll{3};
constexpr std::chrono::milliseconds kGlance{300};  // after which somebody who wants an end is seen

}  // namespace

Outcome<void> CourierPhones::connect() {
  if (database_ && database_->is_alive()) return {};
  database_.reset();
  Outcome<Database> database = Database::connect(settings_, "portal_courier");
  if (!database) return failed(database.error());
  database->set_patience(kPatience);
  database_.emplace(std::move(*database));
  return {};
}

void CourierPhones::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    work_off(stop);
    const auto end = std::chrono::steady_clock::now() + kPoll;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(kGlance);
  }
}

void CourierPhones::work_off(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Outcome<void> connected = connect();
    const Outcome<bool> some = connected ? read_some() : Outcome<bool>(std::unexpected(connected.error()));
    if (!some && !is_away_) log_("telephone numbers wait: " + some.error().sentence);
    is_away_ = !some;
    if (!some || !*some) return;
  }
}

// False: nothing waits. What cannot be read is noted without forms, and not looked at again until it changes.
Outcome<bool> CourierPhones::read_some() {
  Outcome<Transaction> transaction = Transaction::begin(*database_);
  if (!transaction) return failed(transaction.error());
  const auto taken = database_->fetch<sql::TakePhonesRow>(sql::take_phones(kAtOnce));
  if (!taken) return failed(taken.error());
  if (taken->empty()) return false;
  json::Writer numbers;
  numbers.begin_array();
  for (int index = 0; index < taken->size(); ++index) {
    const sql::TakePhonesRow row = (*taken)[index];
    numbers.begin_object().member("account_id", row.account_id).member("contact_id", row.contact_id);
    if (const Result<outside::PhoneForms> forms = outside::read_phone(row.value, row.country.value_or(""))) {
      numbers.member("e164", forms->e164);
      if (forms->national.size() >= 3) numbers.member("national_number", forms->national);
    }
    numbers.end_object();
  }
  if (Outcome<void> noted = database_->execute(sql::note_phones(numbers.end_array().take())); !noted)
    return failed(noted.error());
  if (Outcome<void> done = transaction->commit(); !done) return failed(done.error());
  return true;
}

}  // namespace portal::portalctl
