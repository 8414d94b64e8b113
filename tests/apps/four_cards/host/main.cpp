// four_cards: the same graph on two cards, then on four.
//
// Shows: HIAI_Init for each device; one graph per device, from one file that is parsed and edited
// for each; fan-out by output ports; a device library whose globals exist once per card, and whose
// inline functions share nothing with the host; results by graph; RegisterEventHandle.
#include <libgen.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "hiaiengine/api.h"
#include "job.h"
#include "proto/graph_config.pb.h"

using namespace std;
using hiai::Graph;

static atomic<bool> g_device_lost(false);

class CardReceiver : public hiai::DataRecvInterface {
 public:
  explicit CardReceiver(uint32_t graph) : graph_(graph) {}
  HIAI_StatusT RecvData(const shared_ptr<void>& message) override {
    shared_ptr<Job> job = static_pointer_cast<Job>(message);
    lock_guard<mutex> lock(mutex_);
    good_ = good_ && job->graph == graph_ && job->inline_jobs == job->card_jobs;
    numbers_.insert(job->number);
    counts_.insert(job->card_jobs);
    return HIAI_OK;
  }
  size_t Jobs() {
    lock_guard<mutex> lock(mutex_);
    return numbers_.size();
  }
  // Every number once, and the card counted from `before` without a gap.
  bool Complete(uint32_t jobs, uint32_t before) {
    lock_guard<mutex> lock(mutex_);
    return good_ && numbers_.size() == jobs && *numbers_.rbegin() == jobs - 1 &&
           counts_.size() == jobs && *counts_.begin() == before + 1 &&
           *counts_.rbegin() == before + jobs;
  }

 private:
  uint32_t graph_;
  mutex mutex_;
  bool good_ = true;
  set<uint32_t> numbers_, counts_;
};

struct Card {
  uint32_t graph;
  uint32_t jobs;
  shared_ptr<CardReceiver> receiver;
};

static bool StartCard(uint32_t device, Card* card) {
  hiai::GraphConfigList config;
  if (HIAI_Init(device) != HIAI_OK || Graph::ParseConfigFile("cards.config", config) != HIAI_OK) {
    return false;
  }
  config.mutable_graphs(0)->set_graph_id(card->graph);
  config.mutable_graphs(0)->set_device_id(to_string(device));
  if (Graph::CreateGraph(config) != HIAI_OK) {
    return false;
  }
  shared_ptr<Graph> graph = Graph::GetInstance(card->graph);
  if (graph == nullptr || graph->GetDeviceID() != device) {
    return false;
  }
  graph->RegisterEventHandle(hiai::HIAI_DEVICE_DISCONNECT_EVENT, []() -> HIAI_StatusT {
    g_device_lost = true;
    return HIAI_OK;
  });
  card->receiver = make_shared<CardReceiver>(card->graph);
  hiai::EnginePortID port = {card->graph, 4, 0};
  return Graph::SetDataRecvFunctor(port, card->receiver) == HIAI_OK;
}

// Runs different numbers of jobs on each card; `before` says what each has had.
static bool Run(uint32_t devices, vector<uint32_t>* before) {
  vector<Card> cards(devices);
  uint32_t most = 0;
  for (uint32_t device = 0; device < devices; ++device) {
    cards[device].graph = devices * 100 + device;
    cards[device].jobs = 12 + 5 * device;
    most = max(most, cards[device].jobs);
    if (!StartCard(device, &cards[device])) {
      return false;
    }
  }
  for (uint32_t number = 0; number < most; ++number) {
    for (const Card& card : cards) {
      auto job = make_shared<Job>();
      job->number = number;
      hiai::EnginePortID port = {card.graph, 1, 0};
      if (number < card.jobs &&
          Graph::GetInstance(card.graph)->SendData(port, "Job", job) != HIAI_OK) {
        return false;
      }
    }
  }
  bool good = true;
  for (uint32_t device = 0; device < devices; ++device) {
    Card& card = cards[device];
    for (int tries = 0; card.receiver->Jobs() < card.jobs && tries < 40000; ++tries) {
      usleep(1000);
    }
    good = Graph::DestroyGraph(card.graph) == HIAI_OK && good;
    if (!card.receiver->Complete(card.jobs, (*before)[device])) {
      fprintf(stderr, "card %u of %u: %zu jobs of %u\n", device, devices, card.receiver->Jobs(),
              card.jobs);
      good = false;
    }
    (*before)[device] += card.jobs;
  }
  return good && !g_device_lost;
}

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) return 2;
  vector<uint32_t> jobs(4, 0);
  if (!Run(2, &jobs) || !Run(4, &jobs)) {
    printf("four_cards: not all cards have done their jobs\n");
    return 1;
  }
  uint32_t all = 0;
  for (uint32_t one : jobs) all += one;
  if (JobCounter() != all) {
    printf("four_cards: the host counted %u of %u\n", JobCounter().load(), all);
    return 1;
  }
  printf("four_cards: %u jobs\n", all);
  return 0;
}
