// Configurations that no graph is made of. Their engines are those of graph_test.cpp.
#include "hiaiengine/c_api.h"
#include "programs/config_text.h"
#include "programs/graph_fixture.h"

namespace {

std::string OneGraph(const std::string& content) { return GraphText(1, content); }

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
        BadConfiguration{"UnknownEngineName", OneGraph(HostEngine(1, "Nobody")),
                         HIAI_GRAPH_CREATE_ENGINE_FAILED},
        BadConfiguration{"EngineIdTwice", OneGraph(HostEngine(1, "Pass") + HostEngine(1, "Pass")),
                         HIAI_GRAPH_ENGINE_ID_SAME},
        BadConfiguration{"GraphIdTwice",
                         OneGraph(HostEngine(1, "Pass")) + OneGraph(HostEngine(1, "Pass")),
                         HIAI_GRAPH_ID_EXIST},
        BadConfiguration{"UnknownTarget", OneGraph(HostEngine(1, "Pass") + Connect(1, 2)),
                         HIAI_GRAPH_CONNECT_ID_ERROR},
        BadConfiguration{
            "UnknownTargetPort",
            OneGraph(HostEngine(1, "Pass") + HostEngine(2, "Pass") +
                     "connects { src_engine_id: 1 target_engine_id: 2 target_port_id: 1 } "),
            HIAI_GRAPH_CONNECT_ID_ERROR},
        BadConfiguration{"MissingLibrary",
                         OneGraph(HostEngine(1, "Nobody", "so_name: \"./libnowhere.so\"")),
                         HIAI_GRAPH_LOADSO_ERROR},
        BadConfiguration{"InitFails", OneGraph(HostEngine(1, "BadInit")),
                         HIAI_GRAPH_ENGINE_INIT_FAILED},
        BadConfiguration{"InitThrows",
                         OneGraph(HostEngine(1, "BadInit", "ai_config { items { name: \"n\" } }")),
                         HIAI_GRAPH_ENGINE_INIT_FAILED},
        BadConfiguration{"PriorityOutOfRange",
                         OneGraph(HostEngine(1, "Pass", "thread_priority: 100")),
                         HIAI_OUT_OF_RANGE},
        BadConfiguration{"UnknownDevice", OneGraph("device_id: \"64\" " + HostEngine(1, "Pass")),
                         HIAI_OUT_OF_RANGE}),
    [](const auto& each) { return each.param.name; });

TEST_F(Refusals, AGraphIdIsTakenUntilItsGraphIsDestroyed) {
  ASSERT_EQ(CreateFromText(OneGraph(HostEngine(1, "Pass"))), HIAI_OK);

  EXPECT_EQ(CreateFromText(OneGraph(HostEngine(1, "Pass"))), HIAI_GRAPH_ID_EXIST);
  EXPECT_EQ(CreateFromText(GraphText(2, HostEngine(1, "Pass")) + OneGraph(HostEngine(1, "Pass"))),
            HIAI_GRAPH_ID_EXIST);

  EXPECT_EQ(hiai::Graph::GetInstance(2), nullptr);
  ASSERT_EQ(hiai::Graph::DestroyGraph(1), HIAI_OK);
  EXPECT_EQ(CreateFromText(OneGraph(HostEngine(1, "Pass"))), HIAI_OK);
}

TEST_F(Refusals, AFileThatDoesNotExistIsNamedAsThat) {
  EXPECT_EQ(hiai::Graph::CreateGraph(std::string("no/such/file")), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(HIAI_CreateGraph("no/such/file", 12), HIAI_FILE_NOT_EXIST);
  EXPECT_EQ(HIAI_CreateGraph(nullptr, 5), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
  EXPECT_EQ(HIAI_CreateGraph("no/such/file", 0), HIAI_GRAPH_PROTO_FILE_PARSE_FAILED);
}

}  // namespace
