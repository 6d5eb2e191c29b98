// So many at once, and the others after them: for what holds much memory while it lasts.
#pragma once

namespace portal::io {

class Turns {
 public:
  explicit Turns(int most) : free_(most) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  bool has_room() const { return free_ > 0; }

 private:
  friend class Turn;
  int free_;
};

// Taken where has_room() said so, until it goes.
class Turn {
 public:
  explicit Turn(Turns& turns) : turns_(turns) { --turns_.free_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { ++turns_.free_; }

 private:
  Turns& turns_;
};

}  // namespace portal::io
