// Configurations that no graph is made of. Their engines are those of graph_test.cpp.
#include "hiaiengine/c_api.h"
#include "programs/graph_fixture.h"
#include "programs/graph_text.h"

namespace {

using graph_text::Edge;
using graph_text::Host;
using graph_text::OneGraph;

class Refusals : public GraphTest {};

struct BadConfiguration {
  const char* name;
  std::string text;
  HIAI_StatusT status;
};

class BadConfigurations : public testing::TestWithParam<BadConfiguration> {};

TEST_P(BadConfigurations, IsRefusedWithItsOwnStatus) {
  EXPECT_EQ(CreateFromText(GetParam().text), GetParam().status);
  EXPECT_EQ(hiai::Graph::GetInstance(1), nullptr);
}

INSTANTIATE_TEST_SUITE_P(
    Graphs, BadConfigurations,
    testing::Values(
        BadConfiguration{"Malformed", "graphs { graph_id 1 ", HIAI_GRAPH_PROTO_FILE_PARSE_FAILED},
        BadConfiguration{"UnknownEngineName", OneGraph(Host(1, "Nobody")),
                         HIAI_GRAPH_CREATE_ENGINE_FAILED},
        BadConfiguration{"EngineIdTwice", OneGraph(Host(1, "Pass") + Host(1, "Pass")),
                         HIAI_GRAPH_ENGINE_ID_SAME},
        BadConfiguration{"GraphIdTwice", OneGraph(Host(1, "Pass")) + OneGraph(Host(1, "Pass")),
                         HIAI_GRAPH_ID_EXIST},
        BadConfiguration{"UnknownTarget", OneGraph(Host(1, "Pass") + Edge(1, 2)),
                         HIAI_GRAPH_CONNECT_ID_ERROR},
        BadConfiguration{"UnknownTargetPort",
                         OneGraph(Host(1, "Pass") + Host(2, "Pass") + Edge(1, 2, 1)),
                         HIAI_GRAPH_CONNECT_ID_ERROR},
        BadConfiguration{"MissingLibrary",
                         OneGraph(Host(1, "Nobody", "so_name: \"./libnowhere.so\"")),
                         HIAI_GRAPH_LOADSO_ERROR},
        BadConfiguration{"InitFails", OneGraph(Host(1, "BadInit")), HIAI_GRAPH_ENGINE_INIT_FAILED},
        BadConfiguration{"InitThrows",
                         OneGraph(Host(1, "BadInit", "ai_config { items { name: \"n\" } }")),
                         HIAI_GRAPH_ENGINE_INIT_FAILED},
        BadConfiguration{"PriorityOutOfRange", OneGraph(Host(1, "Pass", "thread_priority: 100")),
                         HIAI_OUT_OF_RANGE},
        BadConfiguration{"UnknownDevice", OneGraph("device_id: \"64\" " + Host(1, "Pass")),
                         HIAI_OUT_OF_RANGE}),
    [](const auto& each) { return each.param.name; });

TEST_F(Refusals, AGraphIdIsTakenUntilItsGraphIsDestroyed) {
  ASSERT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);

  EXPECT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_GRAPH_ID_EXIST);
  EXPECT_EQ(CreateFromText(OneGraph(Host(1, "Pass"), 2) + OneGraph(Host(1, "Pass"))),
            HIAI_GRAPH_ID_EXIST);

  EXPECT_EQ(hiai::Graph::GetInstance(2), nullptr);
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  EXPECT_EQ(CreateFromText(OneGraph(Host(1, "Pass"))), HIAI_OK);
}

TEST_F(Refusals, AFileThatDoesNotExistIsNamedAsThat) {
  EXPECT_EQ(hiai::Graph::CreateGraph(std::string("no/such/file")), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(HIAI_CreateGraph("no/such/file", 12), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(HIAI_CreateGraph(nullptr, 5), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT_EQ(HIAI_CreateGraph("no/such/file", 0), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
}

}  // namespace
