// The fake PostgreSQL: sessions that execute what comes up the wire, transactions that end at the sync, one lock for
// writers, and everything that can go wrong with it.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "catalogue.hpp"
#include "model.hpp"
#include "wire.hpp"

namespace portal::simulation {

class Server;

class Session {
 public:
  Session(Server& server, std::shared_ptr<Link> link, const std::string& options);
  void wake();
  void close(bool reset);
  void tell(std::string_view sqlstate);  // a fatal error that nobody asked for
  void notify();
  void forget_statements() { prepared_.clear(); }
  void unlocked();
  bool closed() const { return closed_; }
  bool waits() const { return waits_; }
  bool listens() const { return listens_; }
  // Of a planted bug: another session behind the same connection.
  void be_another();

 private:
  void step(bool from_event);
  bool handle(UpMessage& message);
  bool execute(UpMessage& message);
  void sync();
  bool may_cut(std::string_view where);
  void answer(DownMessage message);
  void answer_error(std::string_view sqlstate, std::string_view function = {});
  void roll_back();

  Server& server_;
  std::shared_ptr<Link> link_;
  std::uint64_t number_;
  bool read_only_;
  std::unordered_map<std::string, const Shape*> prepared_;
  std::deque<UpMessage> inbox_;
  std::optional<Tables> changed_;  // what the transaction has written; it holds the lock
  Context context_;
  std::optional<Time> begun_;  // the transaction's now()
  bool aborted_ = false;
  bool listens_ = false;
  bool scheduled_ = false;
  bool waits_ = false;  // for the lock
  Time waits_since_{};
  bool slowed_ = false;
  bool closed_ = false;
  std::unique_ptr<DownMessage> kept_;  // of the planted bug that swaps replies
};

class Server {
 public:
  Server(World& shared, SimLoop& on, Model& tables, const Catalogue& shapes)
      : world(shared), loop(on), model(tables), catalogue(shapes) {}

  // What goes wrong with the server as a whole.
  void freeze(Microseconds time);
  void restart(Microseconds away, bool polite);
  void forget_statements();
  // A change from outside of the workers; it waits for the writers' lock.
  void change(std::function<bool(Tables&)> how);
  bool locked() const { return holder != nullptr; }
  void unlock();
  std::size_t sessions() const { return all.size(); }

  World& world;
  SimLoop& loop;
  Model& model;
  const Catalogue& catalogue;
  std::list<std::unique_ptr<Session>> all;
  Session* holder = nullptr;
  bool frozen = false;
  bool accepting = true;
  std::uint64_t numbers = 0;
  std::deque<std::function<bool(Tables&)>> changes;
  void sweep();
  void after_commit(bool hosts);

 private:
  std::uint64_t freezes_ = 0, restarts_ = 0;
};

extern Server* the_server;

}  // namespace portal::simulation
