// Notes that sessions were used and writes it in batches, outside the requests. At most every five minutes per session:
// `enter` says when.
#pragma once

#include <memory>
#include <vector>

#include "access/database.hpp"
#include "io/loop.hpp"
#include "pg/lane.hpp"

namespace portal::edge {

class Touches final : public access::TouchQueue {
 public:
  Touches(io::Loop& loop, pg::Lane& writes);

  void touch(const access::Member& member) override;
  void touch(const access::Staff& staff) override;
  void touch(const access::Key& key) override;

 private:
  template <class Principal>
  void note(std::vector<Principal>& waiting, const Principal& principal);
  Task<void> flush(std::vector<access::Member> members, std::vector<access::Staff> staff,
                   std::vector<access::Key> keys);
  void on_timer() noexcept;

  io::Loop& loop_;
  pg::Lane& writes_;
  std::vector<access::Member> waiting_;
  std::vector<access::Staff> waiting_staff_;
  std::vector<access::Key> waiting_keys_;
  std::unique_ptr<io::Timer> timer_;
  Task<void> flushing_;
};

}  // namespace portal::edge
