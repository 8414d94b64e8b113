// A graph of engines: made from a configuration, fed by SendData, watched by receivers.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "hiaiengine/data_recv_interface.h"
#include "hiaiengine/status.h"
#include "proto/ai_types.pb.h"

namespace openmatrix {
class GraphImpl;
struct PublicAccess;
}  // namespace openmatrix

namespace hiai {

class Engine;
class EngineConfig;
class GraphConfigList;
class GraphUpdateConfig;
class OAMConfigDef;

/// @brief Milliseconds that Graph::SendData waits if nothing else is said.
constexpr uint32_t SEND_DATA_DEFAULT_TIME_OUT = 500;

/// @brief One port of one engine of one graph.
struct EnginePortID {
  uint32_t graph_id;   ///< the graph
  uint32_t engine_id;  ///< the engine in it
  uint32_t port_id;    ///< its input port for sends, its output port for receivers
};

/// @brief Events of a graph.
enum HIAIEvent {
  HIAI_DEVICE_DISCONNECT_EVENT = 0  ///< the link to the device is gone
};

/// @brief A handle of a running graph. Holding it keeps nothing alive: calls on a destroyed graph
/// answer HIAI_GRAPH_NOT_EXIST.
class HIAI_LIB_VISIBILITY Graph {
 public:
  /// @brief Creates and starts every graph of a configuration file.
  ///
  /// @param[in] configFile  path of a protobuf text file (GraphConfigList)
  /// @return  HIAI_OK; HIAI_FILE_NOT_EXIST; HIAI_GRAPH_PROTO_FILE_PARSE_FAILED; or why an engine
  ///          could not start. No graph of the file exists then
  /// @threads any, at once
  /// @source  [doc] signature, [choice] the codes of a bad file
  static HIAI_StatusT CreateGraph(const std::string& configFile);

  /// @brief The same, and appends the graphs to a list.
  ///
  /// @param[in]     configFile  path of a protobuf text file (GraphConfigList)
  /// @param[in,out] graphList   handles of the new graphs are appended, on success only
  /// @return  as above
  /// @threads any, at once
  /// @source  [header]
  static HIAI_StatusT CreateGraph(const std::string& configFile,
                                  std::list<std::shared_ptr<Graph>>& graphList);

  /// @brief Creates and starts every graph of a configuration made in code.
  ///
  /// @param[in] graphConfig  the graphs, copied
  /// @return  as above, without the codes of files
  /// @threads any, at once
  /// @source  [doc]
  static HIAI_StatusT CreateGraph(const GraphConfigList& graphConfig);

  /// @brief Lets the graphs created from now on load only device libraries that are signed.
  ///
  /// Each library in the so_name of a DEVICE engine then needs a file `<library>.signature` beside
  /// it, as `openssl dgst -sha256 -sign key.pem -out lib.so.signature lib.so` writes it. Libraries
  /// of the host and those in internal_so_name are not checked.
  ///
  /// @param[in] publicKey  RSA key as PEM text ("BEGIN PUBLIC KEY"), or the path of a PEM file
  /// @return  HIAI_OK; HIAI_GRAPH_SET_PUBLIC_KEY_FAILED, and then no signature is checked any more.
  ///          CreateGraph answers HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED when a check fails, and
  ///          has loaded nothing
  /// @threads any, at once; a CreateGraph that runs meanwhile may see either key
  /// @source  [doc] signature and algorithm, [choice] codes, and that a path will do
  static HIAI_StatusT SetPublicKeyForSignatureEncryption(const std::string& publicKey);

  /// @brief Reads a configuration file and creates nothing.
  ///
  /// @param[in]  configFile       path of a protobuf text file
  /// @param[out] graphConfigList  what it says; unspecified on failure
  /// @return  HIAI_OK; HIAI_FILE_NOT_EXIST; HIAI_GRAPH_PROTO_FILE_PARSE_FAILED
  /// @threads any, at once
  /// @source  [doc] signature, [choice] codes
  static HIAI_StatusT ParseConfigFile(const std::string& configFile,
                                      GraphConfigList& graphConfigList);

  /// @brief Finds a running graph.
  ///
  /// @param[in] graphID  its id in the configuration
  /// @return  the graph; null if there is none
  /// @threads any, at once
  /// @source  [doc]
  static std::shared_ptr<Graph> GetInstance(const uint32_t& graphID);

  /// @brief Stops a graph: ends waits, joins its workers, destroys its engines and queued messages.
  ///
  /// @param[in] graphID  its id
  /// @return  HIAI_OK; HIAI_GRAPH_NOT_EXIST; HIAI_GRAPH_DESTROY_TIMEOUT when a worker does not come
  ///          back, and then its engine stays alive
  /// @threads any, also a worker of the graph, which is then not joined
  /// @source  [doc] codes, [choice] behaviour in a worker
  static HIAI_StatusT DestroyGraph(const uint32_t& graphID);

  /// @brief Sets who receives what an engine sends on an output port; replaces the one before.
  ///
  /// @param[in] targetPortConfig  graph, engine and output port, on the side of the caller
  /// @param[in] dataRecv          the receiver
  /// @return    HIAI_OK; HIAI_GRAPH_NOT_EXIST; HIAI_GRAPH_ENGINE_NOT_EXIST; HIAI_PORT_ID_ERROR;
  ///            HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL
  /// @ownership shared until replaced or the graph is destroyed
  /// @threads   any, at once
  /// @source    [doc] signature, [choice] all codes but HIAI_PORT_ID_ERROR
  static HIAI_StatusT SetDataRecvFunctor(const EnginePortID& targetPortConfig,
                                         const std::shared_ptr<DataRecvInterface>& dataRecv);

  /// @brief Sends a message to an input port. The graph is the one that the port names.
  ///
  /// @param[in] targetPortConfig  graph, engine and input port
  /// @param[in] messageName       the registered name of the message's type
  /// @param[in] dataPtr           the message
  /// @param[in] timeOut           milliseconds to wait for queue and memory in all; 0 tries once
  /// @return    HIAI_OK: accepted, not yet received; HIAI_QUEUE_FULL and
  ///            HIAI_GRAPH_NO_USEFUL_MEMORY may be tried again; other codes are final
  /// @ownership of the object: shared. Of the payload of a message to another side: an AUTO_FREE
  ///            block is the library's on HIAI_OK, everything else stays the caller's
  /// @threads   any, at once; order is kept per thread and port
  /// @source    [doc] codes, [sample] HIAI_QUEUE_FULL loops, [choice] one wait in all
  HIAI_StatusT SendData(const EnginePortID& targetPortConfig, const std::string& messageName,
                        const std::shared_ptr<void>& dataPtr,
                        const uint32_t timeOut = SEND_DATA_DEFAULT_TIME_OUT);

  /// @brief Releases the data block that a deserialize function was given.
  ///
  /// @param[in] ptr  start of the block; null does nothing, other addresses are logged
  /// @ownership the library's afterwards
  /// @threads   any, at once, also after the graph is destroyed
  /// @source    [header], [sample] used as a deleter
  static void ReleaseDataBuffer(void* ptr);

  /// @brief Sets who is told when the link to this graph's device is lost; replaces the one before.
  ///
  /// @param[in] event     HIAI_DEVICE_DISCONNECT_EVENT
  /// @param[in] callBack  called once per loss; what it returns is logged if it is not HIAI_OK. If
  ///                      the link is lost already, it is called for that, soon
  /// @return    HIAI_OK; HIAI_GRAPH_NOT_EXIST; HIAI_GRAPH_INVALID_VALUE for null or another event
  /// @ownership copied, and kept until replaced or the graph is destroyed
  /// @threads   any, at once. The function runs on a thread of the library, with no lock held;
  ///            DestroyGraph waits for it, unless it is called there
  /// @source    [header] signature, [choice] codes, and a late registration
  HIAI_StatusT RegisterEventHandle(const HIAIEvent& event,
                                   const std::function<HIAI_StatusT(void)>& callBack);

  /// @brief Hands a new configuration to an engine's UpdateConfig, on either side.
  ///
  /// It runs on one of the engine's workers, before the next message that this worker takes, and
  /// in the order of the calls. With one worker it never runs while Process does; with several the
  /// others go on. A worker that updates its own engine and waits runs it inside its Process.
  ///
  /// @param[in] graphId       graph of the engine
  /// @param[in] engineId      the engine
  /// @param[in] updateConfig  the new ai_config, copied
  /// @param[in] syncFlag      true waits until UpdateConfig has returned
  /// @return  HIAI_OK: delivered or, with syncFlag, done; HIAI_GRAPH_NOT_EXIST;
  ///          HIAI_GRAPH_ENGINE_NOT_EXIST; HIAI_GRAPH_UPDATE_CONFIG_FAILED: it threw or did not
  ///          return HIAI_OK; HIAI_QUEUE_STOPPED: the engine, or the caller's, goes away meanwhile
  /// @threads any, at once
  /// @source  [doc] signature and waiting, [choice] order, threads and HIAI_QUEUE_STOPPED
  static HIAI_StatusT UpdateEngineConfig(const uint32_t& graphId, const uint32_t& engineId,
                                         const AIConfig& updateConfig,
                                         const bool& syncFlag = false);

  /// @brief Adds engines and connections to this graph and takes others away, while it runs.
  ///
  /// Engines of del_engine_ids are stopped and destroyed: what they have queued is dropped, who
  /// waits to send to them comes back, and their connections go. An id may be deleted and added at
  /// once. Messages over other connections keep their order, and none is lost. Calls take turns.
  ///
  /// @param[in] updateConfig  what comes and what goes; graph_id may be 0 for this graph
  /// @return  HIAI_OK; HIAI_CHECK_UPDATE_CONFIG_FAILED: another graph or device, something to
  ///          delete that is not there, or the graph has not started; the codes of CreateGraph for
  ///          what is added; HIAI_GRAPH_NOT_EXIST. The graph is unchanged then.
  ///          HIAI_GRAPH_DESTROY_TIMEOUT: it is changed, but an engine does not come back
  /// @threads any, at once, also an engine of the graph; one that removes itself goes when its
  ///          Process returns
  /// @source  [header] signature, [choice] behaviour and codes
  HIAI_StatusT ModifyGraph(const GraphUpdateConfig& updateConfig);

  /// @brief Finds an engine of this graph on the side of the caller.
  ///
  /// @param[in] engineID  its id in the configuration
  /// @return    the engine; null if unknown, on the other side, or the graph is destroyed
  /// @ownership shared; a destroyed graph's engine must not be kept
  /// @threads   any, at once
  /// @source    [doc] signature, [choice] null across sides
  std::shared_ptr<Engine> GetEngine(uint32_t engineID);

  /// @brief The id of this graph.
  ///
  /// @return  the id; 0 if the graph is destroyed
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetGraphId() const;

  /// @brief The device of this graph's device engines.
  ///
  /// @return  the device number; 0 if the graph is destroyed
  /// @threads any, at once
  /// @source  [doc]
  uint32_t GetDeviceID() const;

  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  Graph(Graph&&) = delete;
  Graph& operator=(Graph&&) = delete;
  ~Graph() = default;

 private:
  friend struct openmatrix::PublicAccess;
  explicit Graph(const std::weak_ptr<openmatrix::GraphImpl>& impl) : impl_(impl) {}

  std::weak_ptr<openmatrix::GraphImpl> impl_;
};

static_assert(sizeof(Graph) == 2 * sizeof(void*), "the size of a Graph is part of the ABI");
static_assert(sizeof(EnginePortID) == 12, "the layout of a port is part of the ABI");

}  // namespace hiai
