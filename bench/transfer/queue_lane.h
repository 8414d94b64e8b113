// A lane of two queues and a thread: what every candidate but ours is.
//
// A queue has a constructor that takes its bound, Push(Item), which waits for room, and Item Pop(),
// which waits for an item, as is its nature. One thread pushes and one pops at a time.
#pragma once

#include <memory>
#include <thread>
#include <utility>

#include "candidate.h"
#include "far_end.h"
#include "parcel.h"

namespace bench {

using ParcelPointer = std::shared_ptr<Parcel>;

// -- what goes through a queue: a pointer to a parcel, or, for floors, the order itself

inline void Wrap(const Order& order, ParcelPointer& item) {
  static std::uint8_t payload[1];  // of any size: nobody looks at it
  item = std::make_shared<Parcel>();
  item->order = order;
  if (HasPayload(order)) item->data = {payload, [](std::uint8_t*) {}};
}
inline Order Unwrap(const ParcelPointer& item) { return item->order; }
inline void Drop(ParcelPointer& item) { item.reset(); }

inline void Wrap(const Order& order, Order& item) { item = order; }
inline Order Unwrap(const Order& item) { return item; }
inline void Drop(Order&) {}

template <typename Item, typename Queue>
class QueueLane final : public Lane {
 public:
  QueueLane(Near& near, std::size_t bound)
      : near_(near), there_(bound), back_(bound), far_([this] { RunFarEnd(); }) {}
  ~QueueLane() override {
    Order stop;
    stop.kind = Kind::kStop;
    Send(stop);
    far_.join();
  }

  bool Send(const Order& order) override {
    Put(there_, order);
    return true;
  }

  bool Await() override {
    for (;;) {
      Item item = back_.Pop();
      const Order order = Unwrap(item);
      Drop(item);
      if (!near_.On(order, *this)) return true;
    }
  }

 private:
  static void Put(Queue& queue, const Order& order) {
    Item item;
    Wrap(order, item);
    queue.Push(std::move(item));
  }

  void RunFarEnd() {
    FarEnd far;
    for (;;) {
      Item item = there_.Pop();
      const Order order = Unwrap(item);
      if (order.kind == Kind::kStop) return;
      far.On(
          order, [&] { Drop(item); },
          [this](const Order& answer) {
            Put(back_, answer);
            return true;
          });
    }
  }

  Near& near_;
  Queue there_;
  Queue back_;
  std::thread far_;
};

template <typename Item, typename Queue>
class QueueCandidate final : public Candidate {
 public:
  static std::unique_ptr<Candidate> Make() { return std::make_unique<QueueCandidate>(); }
  std::unique_ptr<Lane> Open(Near& near, std::size_t queue, std::uint8_t) override {
    return std::make_unique<QueueLane<Item, Queue>>(near, queue);
  }
};

// Makes a queue of pointers to parcels known.
#define OPENMATRIX_BENCH_PEER(name, Queue) \
  const AddCandidate k##Queue##Candidate(name, QueueCandidate<ParcelPointer, Queue>::Make)

}  // namespace bench
