// What a change of an engine's ports lets go of, and when: destructors of users run without a lock.
#include "runtime/output_ports.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "../base/cancelled.h"
#include "hiaiengine/data_recv_interface.h"

namespace openmatrix {
namespace {

class Receiver : public hiai::DataRecvInterface {
 public:
  HIAI_StatusT RecvData(const std::shared_ptr<void>&) override { return HIAI_OK; }
};

// An edge to an engine that is only an address, and dies with `owner`.
Edge EdgeTo(const std::shared_ptr<int>& owner) {
  auto* const engine = reinterpret_cast<EngineHost*>(owner.get());
  return Edge{EdgePlan(), engine, std::shared_ptr<EngineHost>(owner, engine), {}};
}

bool None(const Edge&) { return false; }

std::vector<const EngineHost*> TargetsOf(const OutputPorts& ports) {
  std::vector<const EngineHost*> targets;
  OutputPorts::RoutePointer route;
  EXPECT_TRUE(ports.Find(0, route));
  for (const Edge& edge : route->edges) targets.push_back(edge.target.get());
  return targets;
}

TEST(OutputPorts, AReceiverThatIsReplacedWhileAChangeIsPreparedDiesWithTheChange) {
  OutputPorts ports;
  ports.Resize(1);
  auto old = std::make_shared<Receiver>();
  const std::weak_ptr<Receiver> alive = old;
  ASSERT_TRUE(ports.SetReceiver(0, std::move(old)));
  {
    OutputPorts::Change change = ports.Prepare(None, {EdgeTo(std::make_shared<int>())});
    const auto now = std::make_shared<Receiver>();
    ASSERT_TRUE(ports.SetReceiver(0, now));

    ports.Apply(change);

    EXPECT_FALSE(alive.expired()) << "died inside Apply, which holds the lock";
    OutputPorts::RoutePointer route;
    ASSERT_TRUE(ports.Find(0, route));
    EXPECT_EQ(route->receiver, now);
  }
  EXPECT_TRUE(alive.expired());
}

TEST(OutputPorts, AnEngineThatIsForgottenWhileAChangeIsPreparedDiesWithTheChange) {
  OutputPorts ports;
  ports.Resize(1);
  const auto first = std::make_shared<int>();
  const auto last = std::make_shared<int>();
  const auto added = std::make_shared<int>();
  auto gone = std::make_shared<int>();
  const std::weak_ptr<int> alive = gone;
  OutputPorts::Change before = ports.Prepare(None, {EdgeTo(first), EdgeTo(gone), EdgeTo(last)});
  ports.Apply(before);
  {
    OutputPorts::Change change = ports.Prepare(None, {EdgeTo(added)});
    ports.Forget(EdgeTo(gone).id);
    gone.reset();

    ports.Apply(change);

    EXPECT_FALSE(alive.expired()) << "died inside Apply, which holds the lock";
    EXPECT_EQ(TargetsOf(ports), (std::vector<const EngineHost*>{EdgeTo(first).id, EdgeTo(last).id,
                                                                EdgeTo(added).id}));
  }
  EXPECT_TRUE(alive.expired());
}

TEST(OutputPorts, AReceiverThatASenderIsTheLastToHoldIsNotUnwound) {
  struct Mortal : Receiver {
    explicit Mortal(std::atomic<int>& gone) : end(gone) {}
    CancelledWhenItGoes end;
  };
  std::atomic<int> gone{0};
  OutputPorts ports;
  ports.Resize(1);
  ASSERT_TRUE(ports.SetReceiver(0, std::make_shared<Mortal>(gone)));
  OutputPorts::RoutePointer route;
  ASSERT_TRUE(ports.Find(0, route));
  ports.Clear();

  EXPECT_TRUE(OutlivesItsCancellation([&route] { route.reset(); }));

  EXPECT_EQ(gone, 1);
}

}  // namespace
}  // namespace openmatrix
