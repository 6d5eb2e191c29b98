#include "wire.hpp"

#include "fake_libpq.hpp"

namespace portal::simulation {

SimLoop* the_loop = nullptr;
std::map<std::string, std::shared_ptr<Link>> the_listeners;

void update_readiness(Link& link) {
  if (!link.client || link.client->descriptor < 0) return;
  the_loop->set_ready(link.client->descriptor, link.arrived > 0 || link.end_arrived,
                      link.in_pipe < kPipeBytes || link.end_arrived);
}

namespace {

void deliver(SimLoop& on, const std::shared_ptr<Link>& link) {
  if (link->delivering || link->end_arrived || (link->undelivered == 0 && !link->server_closed)) return;
  link->delivering = true;
  on.after(the_world->random.delay(20, 200), [&on, link] {
    link->delivering = false;
    const std::size_t part = the_world->random.chance(the_world->faults.slices) && link->undelivered > 0
                                 ? 1 + the_world->random.below(link->undelivered)
                                 : link->undelivered;
    link->undelivered -= part;
    link->arrived += part;
    if (link->undelivered == 0 && link->server_closed) link->end_arrived = true;
    update_readiness(*link);
    deliver(on, link);
  });
}

}  // namespace

void send_down(SimLoop& on, const std::shared_ptr<Link>& link, DownMessage message) {
  if (!link->client || link->server_closed) return;
  link->undelivered += message.size;
  link->down.push_back(std::move(message));
  deliver(on, link);
}

void close_down(SimLoop& on, const std::shared_ptr<Link>& link, bool reset) {
  link->server_closed = true;
  link->server = nullptr;
  // What was on its way is lost; what the client's kernel has can still be read. The rest of a message that was cut in
  // two never comes.
  if (reset) link->undelivered = 0;
  deliver(on, link);
}

}  // namespace portal::simulation
