// An object that imports what the library does not have.
namespace hiai {
class Graph {
 public:
  void Rewind(int steps);
};
}  // namespace hiai

void UseWhatIsAbsent(hiai::Graph& graph) { graph.Rewind(1); }
