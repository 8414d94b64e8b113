#include "memory/waiting_line.h"

#include <algorithm>

namespace openmatrix {

// Goes round few times, however long nobody has asked: the pause doubles.
bool WaitingLine::Place::HasTurn(Time now) {
  while (now >= began_ + turn_ + pause_) {
    began_ += turn_ + pause_;
    pause_ *= 2;
    let_past_ = 0;
  }
  return has_turn_ = now < began_ + turn_;
}

WaitingLine::Time WaitingLine::Place::EndOfTurn() const {
  return has_turn_ ? began_ + turn_ : began_ + turn_ + pause_ + turn_;
}

void WaitingLine::Kept::Add(Place& place) {
  if (first == nullptr) first = &place;
  bytes[place.view.index] += place.bytes;
  room = room || place.lacks_room;
}

bool WaitingLine::Kept::LeavesRoomFor(View view, std::uint64_t wanted,
                                      const Accounts& accounts) const {
  const std::uint64_t kept = bytes[view.index];
  return !room && (kept == 0 || accounts[view.index].HasRoom(kept + wanted));
}

void WaitingLine::Join(Place& place, Time now) {
  place.began_ = now;
  place.turn_ = place.pause_ = turn_;
  place.ahead_ = last_;
  (last_ != nullptr ? last_->behind_ : first_) = &place;
  last_ = &place;
}

void WaitingLine::Leave(Place& place, Time now) {
  (place.ahead_ != nullptr ? place.ahead_->behind_ : first_) = place.behind_;
  (place.behind_ != nullptr ? place.behind_->ahead_ : last_) = place.ahead_;
  WakeThoseWhoMayTry(now);
}

WaitingLine::Verdict WaitingLine::Judge(View view, std::uint64_t bytes, const Place* place,
                                        bool last_chance, Time now) {
  Kept kept;
  Verdict verdict{true, Time::max()};
  for (Place* other = first_; other != nullptr && other != place; other = other->behind_) {
    const bool turn = other->HasTurn(now);
    if (turn && (other->lacks_room || other->view == view)) kept.Add(*other);
    verdict.look_again = std::min(verdict.look_again, other->EndOfTurn());
  }
  if (kept.LeavesRoomFor(view, bytes, accounts_)) return verdict;
  verdict.may_try = last_chance && kept.first->let_past_ < kLetPast;
  if (verdict.may_try) ++kept.first->let_past_;
  return verdict;
}

void WaitingLine::Sleep(Place& place, Mutex& mutex, Time until) {
  place.asleep_ = true;
  place.wake_.WaitUntil(mutex, until);
  place.asleep_ = false;
}

void WaitingLine::Wake(Place& place) {
  if (!place.asleep_) return;
  place.asleep_ = false;  // one call to the system is enough
  place.wake_.NotifyOne();
}

void WaitingLine::WakeThoseWhoMayTry(Time now) {
  Kept kept;
  for (Place* place = first_; place != nullptr; place = place->behind_) {
    if (kept.LeavesRoomFor(place->view, place->bytes, accounts_)) Wake(*place);
    if (place->HasTurn(now)) kept.Add(*place);
  }
}

void WaitingLine::WakeAll() {
  for (Place* place = first_; place != nullptr; place = place->behind_) Wake(*place);
}

}  // namespace openmatrix
