// One player of the state machine: makes random calls of the library, one after the other, and
// holds each answer against its model.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "model.h"

namespace storm {

class Player {
 public:
  // Whoever is alone knows all that the library knows: which allocation finds no room, and what a
  // dead address is. Several may only be sure of their own blocks.
  Player(std::uint32_t id, std::uint64_t seed, bool alone);

  void Step();
  void FreeAll();

  const Model& model() const { return model_; }
  // The last steps, for whoever has to find out.
  std::string Story() const;

 private:
  using Place = std::map<std::uint8_t*, Hold>::const_iterator;

  std::uint32_t Below(std::uint64_t bound) { return storm::Below(random_, bound); }
  void Note(const std::string& text);
  void Check(const std::string& what, HIAI_StatusT got, HIAI_StatusT wanted);
  Place Any();

  void Allocate();
  void AllocateOddly();
  void FreeRight();
  void FreeWrong();
  void Ask();
  void Send();
  void SendAcross(Sending sending);
  void SendWithin(Sending sending);
  void SendDead();
  void Receive(const Sending& sending, const std::shared_ptr<Body>& shared, std::uint64_t tag);
  void Keep(const Sending& sending, const Parcel& parcel, std::shared_ptr<Body>& shared);
  std::shared_ptr<Parcel> Of(const Sending& sending) const;

  const std::uint32_t id_;
  const bool alone_;
  Random random_;
  Model model_;
  std::uint64_t tags_;
  std::vector<std::uint8_t> foreign_;
  std::uint64_t foreign_tag_;
  std::deque<std::uint8_t*> dead_;  // addresses that were ours
  std::deque<std::string> story_;
};

// Lets engines tell the players what they receive. Before the first Step.
void ListenToEngines();

}  // namespace storm
