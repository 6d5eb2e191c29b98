#include <memory>
#include <string>

#include "c_api/harness.h"
#include "support/portal.hpp"

struct test_world {
  portal::io::EpollLoop loop;
  portal::io::ThreadOffload offload{loop, 1, 4};
  std::string conninfo;
  std::string keys_file;
  std::string session;
};

int test_world_setup(void** state) {
  auto& postgres = portal::test::PrivatePostgres::get();
  auto world = std::make_unique<test_world>();
  world->keys_file = postgres.keys_file();
  world->conninfo = postgres.conninfo(portal::test::PrivatePostgres::kPortal, "portal_edge");
  world->session = portal::test::open_session(portal::test::demo_membership());
  *state = world.release();
  return 0;
}

int test_world_teardown(void** state) {
  delete static_cast<test_world*>(*state);
  return 0;
}

portal_loop* test_loop(test_world* world) {
  return reinterpret_cast<portal_loop*>(static_cast<portal::io::Loop*>(&world->loop));
}
portal_offload* test_offload(test_world* world) {
  return reinterpret_cast<portal_offload*>(static_cast<portal::io::Offload*>(&world->offload));
}
const char* test_conninfo(test_world* world) { return world->conninfo.c_str(); }
const char* test_keys_file(test_world* world) { return world->keys_file.c_str(); }
const char* test_session(test_world* world) { return world->session.c_str(); }

int test_wait_for(test_world* world, const volatile int* number) {
  world->loop.run_until([number] { return *number != 0; }, portal::test::kPatience);
  return *number;
}

void test_turn(test_world* world, int times) {
  for (int turn = 0; turn < times; ++turn) world->loop.turn(portal::io::Duration(1));
}

// The watch of the pool is the harness's own.
size_t test_alive(test_world* world) { return world->loop.alive() - 1; }
