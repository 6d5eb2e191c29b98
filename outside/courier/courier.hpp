// The courier: takes messages from the outbox and sends them, many at a time. All but the
// exchanges with servers happens on one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "courier/breaker.hpp"
#include "courier/compose.hpp"
#include "courier/outbox.hpp"
#include "courier/settings.hpp"
#include "layouts/layout_set.hpp"
#include "send/transfer.hpp"

namespace portal::outside {

// What happens is told in lines for the journal: ids, kinds and reasons, never an address or a link.
using CourierLog = std::function<void(const std::string& line)>;

class Courier {
 public:
  Courier(const CourierSettings& settings, const layouts::LayoutSet& layouts, const crypto::Keyring& keys,
          Outbox& outbox, CourierLog log);

  enum class Until : std::uint8_t { kStopped, kNothingIsDue };
  // Until `stop_descriptor` can be read: what is being sent then is finished, and nothing else begun. With
  // kNothingIsDue also once everything that was due has been tried. kDatabaseUnavailable when the outbox cannot be
  // reached from the beginning.
  Result<void> run(int stop_descriptor, Until until);

 private:
  struct Sending {
    Message message;
    std::string server;
  };
  struct Unmarked {
    Message message;
    Mark mark;
  };

  bool may_look(Breaker::Clock::time_point now) const;
  void look(Breaker::Clock::time_point now);
  // Writes the mails about what is new; they leave as any other message does.
  Result<void> gather_news();
  void start(Message message);
  // Either the transfer was begun, or what came of the message is known already.
  std::optional<Mark> try_to_start(const Message& message);
  std::optional<Mark> send_mail(const Message& message, const MessageContext& context, const Link& link);
  std::optional<Mark> send_sms(const Message& message, const MessageContext& context, const Link& link);
  std::optional<Mark> begin(const Message& message, Result<std::unique_ptr<Transfer>> transfer,
                            const std::string& server);
  void finish(const Transfers::Ended& ended);
  void write_down(Message message, Mark mark);
  void write_down_rest();
  void report(const Error& error);
  std::chrono::milliseconds time_to_wait(Breaker::Clock::time_point now) const;

  const CourierSettings& settings_;
  const layouts::LayoutSet& layouts_;
  const crypto::Keyring& keys_;
  Outbox& outbox_;
  CourierLog log_;
  Transfers transfers_;
  Breaker breaker_;
  std::map<std::uint64_t, Sending> sending_;
  std::vector<Unmarked>
      unmarked_;  // sent or not, while the outbox cannot be reached: never forgotten, or it is sent twice
  std::uint64_t next_id_ = 1;
  bool stopping_ = false;
  bool look_now_ = true;
  bool outbox_is_away_ = false;
  Breaker::Clock::time_point next_look_;
  Breaker::Clock::time_point next_tidying_;
};

}  // namespace portal::outside
