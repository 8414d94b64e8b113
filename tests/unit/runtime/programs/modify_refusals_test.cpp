// Changes of a running graph that are refused, and leave it as it was.
#include <functional>

#include "programs/modify_fixture.h"

namespace {

using namespace modify;  // NOLINT: one family of tests in two files

struct Bad {
  const char* what;
  std::function<void(Change&)> make;
  HIAI_StatusT status;
};

class BadChanges : public ModifyGraph, public testing::WithParamInterface<Bad> {};

// Every one has a good part too, of which nothing may happen.
TEST_P(BadChanges, LeaveTheGraphAsItWas) {
  ASSERT_EQ(
      CreateFromText(GraphText(1, HostEngine(1, "Pass") + HostEngine(2, "Pass") + Connect(1, 2))),
      HIAI_OK);
  const auto inbox = Watch(1, 2);
  Change change = Removing(2);
  AddEngine(change, 3, "Pass");
  GetParam().make(change);

  EXPECT_EQ(Modify(change), GetParam().status);

  EXPECT_EQ(g_alive, 2);
  EXPECT_FALSE(Exists(3));
  ASSERT_EQ(SendText(1, 1, "as before"), HIAI_OK);
  EXPECT_EQ(inbox->WaitForText(), "as before");
}

INSTANTIATE_TEST_SUITE_P(
    ModifyGraph, BadChanges,
    testing::Values(
        Bad{"OfAnotherGraph",
            [](Change& change) { change.mutable_updatagraphconfig()->set_graph_id(2); },
            HIAI_CHECK_UPDATE_CONFIG_FAILED},
        Bad{"OfAnotherDevice",
            [](Change& change) { change.mutable_updatagraphconfig()->set_device_id("1"); },
            HIAI_CHECK_UPDATE_CONFIG_FAILED},
        Bad{"ThatDeleteWhatIsNotThere", [](Change& change) { change.add_del_engine_ids(7); },
            HIAI_CHECK_UPDATE_CONFIG_FAILED},
        Bad{"ThatDeleteTwice", [](Change& change) { change.add_del_engine_ids(2); },
            HIAI_CHECK_UPDATE_CONFIG_FAILED},
        Bad{"ThatDisconnectWhatIsNotConnected", [](Change& change) { RemoveEdge(change, 2, 1); },
            HIAI_CHECK_UPDATE_CONFIG_FAILED},
        Bad{"ThatAddAnIdInUse", [](Change& change) { AddEngine(change, 1, "Pass"); },
            HIAI_GRAPH_ENGINE_ID_SAME},
        Bad{"ThatConnectWhatTheyDelete", [](Change& change) { AddEdge(change, 1, 2); },
            HIAI_GRAPH_CONNECT_ID_ERROR},
        Bad{"ThatConnectAPortThatIsNotThere",
            [](Change& change) {
              AddEdge(change, 1, 3);
              change.mutable_updatagraphconfig()->mutable_connects(0)->set_target_port_id(5);
            },
            HIAI_GRAPH_CONNECT_ID_ERROR},
        Bad{"WithAnUnknownEngine", [](Change& change) { AddEngine(change, 4, "no such engine"); },
            HIAI_GRAPH_CREATE_ENGINE_FAILED},
        Bad{"WithoutAnEngineName", [](Change& change) { AddEngine(change, 4, ""); },
            HIAI_GRAPH_CREATE_ENGINE_FAILED},
        Bad{"WithALibraryThatIsMissing",
            [](Change& change) {
              AddEngine(change, 4, "no such engine");
              change.mutable_updatagraphconfig()->mutable_engines(1)->add_so_name("./no/such.so");
            },
            HIAI_GRAPH_LOADSO_ERROR},
        Bad{"WhoseInitFails",
            [](Change& change) {
              AddEngine(change, 4, "BadInit");
              AddEdge(change, 1, 4);
            },
            HIAI_GRAPH_ENGINE_INIT_FAILED}),
    [](const testing::TestParamInfo<Bad>& bad) { return bad.param.what; });

TEST_F(ModifyGraph, AGraphHoldsAtMost512Engines) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  Change change;
  for (std::uint32_t id = 2; id <= 513; ++id) AddEngine(change, id, "Pass", 1);

  EXPECT_EQ(Modify(change), HIAI_OUT_OF_RANGE);

  EXPECT_EQ(g_alive, 1);
}

TEST_F(ModifyGraph, ADestroyedGraphAnswersPolitely) {
  ASSERT_EQ(CreateFromText(GraphText(1, HostEngine(1, "Pass"))), HIAI_OK);
  const auto handle = hiai::Graph::GetInstance(1);
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);

  EXPECT_EQ(handle->ModifyGraph(Removing(1)), HIAI_GRAPH_NOT_EXIST);
}

}  // namespace
