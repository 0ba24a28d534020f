// Generated from shaders/*.wgsl by scripts/generate-shaders.ts (npm run generate). Do not edit.

export const backward = {
  "file": "shaders/backward.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32", "SLOPES_KEPT": "bool" },
  "structs": {
    "Layer": {
      "size": 24,
      "fields": {
        "input_quads": { "offset": 0, "type": "u32" },
        "inputs": { "offset": 4, "type": "u32" },
        "outputs": { "offset": 8, "type": "u32" },
        "output_quads": { "offset": 12, "type": "u32" },
        "slab_rows": { "offset": 16, "type": "u32" },
        "order_rows": { "offset": 20, "type": "u32" }
      }
    },
    "Batch": {
      "size": 40,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "learning_rate": { "offset": 8, "type": "f32" },
        "variance_correction": { "offset": 12, "type": "f32" },
        "beta1": { "offset": 16, "type": "f32" },
        "beta2": { "offset": 20, "type": "f32" },
        "one_minus_beta1": { "offset": 24, "type": "f32" },
        "one_minus_beta2": { "offset": 28, "type": "f32" },
        "epsilon": { "offset": 32, "type": "f32" },
        "l2": { "offset": 36, "type": "f32" }
      }
    }
  },
  "entries": {
    "output_delta": {
      "variants": {
        "": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "GRADIENT": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+GRADIENT": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+GRADIENT": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_4": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_8": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "SHARED": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+SHARED": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+SHARED": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        },
        "GRADIENT+SHARED": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "BYTES+GRADIENT+SHARED": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] }
          }
        },
        "FLOATS+GRADIENT+SHARED": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "logits": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "units" ] },
            "labels": { "binding": 5, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] }
          }
        }
      }
    },
    "hidden_delta": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "GRADIENT+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "next_delta": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] },
            "next_parameters": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 9, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        }
      }
    },
    "update_parameters": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 13, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "GRADIENT+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "inputs": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "BYTES+GRADIENT+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "pixels": { "binding": 10, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "FLOATS+GRADIENT+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "delta": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "values": { "binding": 10, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 11, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 12, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        }
      }
    }
  },
  "source": "// Backward pass and Adam for a batch of independent networks, one dispatch a step and layer:\n//   output_delta:      delta[r, s, c] = (softmax(logits[r, s])_c - [c = y_s]) / count, and the batch's cross-entropy\n//   hidden_delta:      delta[r, s, i] = act' * sum_o next_delta[r, s, o] * next_parameters[r, o, i], act' from activations[r, s, i]\n//   update_parameters: g[r, o, i] = sum_s delta[r, s, o] * source[r, s, i] + 2 l2 parameters[r, o, i]  (no l2 on biases)\n//                      then Adam (Kingma and Ba 2015, algorithm 1) in place.\n// Rows as in forward.wgsl: homogeneous, so that lane i = inputs of a parameter row is the bias.\n// `layer` is the one whose parameters are read: in hidden_delta the layer above, whose inputs delta and activations belong to.\n// Every value has one owner: no atomics, a fixed order of sums. hidden_delta and update_parameters have three forms:\n// - plain: tiles are 4 x 4 an invocation; no barriers.\n// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes; what the lanes of a tile share\n//   is loaded by one of them and broadcast, without barriers. See parts/backward-subgroup.wgsl.\n// - SHARED: a workgroup of 256 owns a tile of 32 x 32 and stages both operands in workgroup memory, for GPUs. See\n//   parts/workgroup-tile.wgsl and parts/backward-shared.wgsl.\n// Preconditions: rows batch.count and above of every slab are ignored: their delta is written as 0.\n// The source of the first layer is row order[r, batch.first + s] of a split: BYTES, bytes / 255; or FLOATS. GRADIENT: write g instead of using it.\n// SLOPES_KEPT: act' of GELU does not follow from its value; delta holds it, as forward_layer has left it there (SLOPES), until\n// hidden_delta puts the delta in its place. It takes no memory of its own, and the other functions pay nothing for it.\n// Variants: \"\", BYTES, FLOATS, GRADIENT, BYTES+GRADIENT, FLOATS+GRADIENT; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8 and with SHARED.\n\n#if SUBGROUP\nenable subgroups;\n#endif\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\noverride SLOPES_KEPT: bool = false;\n\nstruct Layer {\n  input_quads: u32,   // quads of a source row and of a parameter row\n  inputs: u32,        // input units; the lane of this index is the bias\n  outputs: u32,       // units of the layer\n  output_quads: u32,  // quads of a row of its delta\n  slab_rows: u32,     // rows of one network in every slab: the batch size\n  order_rows: u32,    // rows of `order` for one network\n}\n// A step of training: which samples, and the terms of Adam.\nstruct Batch {\n  first: u32,               // first position in `order`\n  count: u32,               // samples in this batch\n  learning_rate: f32,       // learningRate / (1 - beta1^t)\n  variance_correction: f32, // 1 / sqrt(1 - beta2^t)\n  beta1: f32,\n  beta2: f32,\n  one_minus_beta1: f32,     // from the host's float64: formed here, 1 - beta2 would be wrong by 1e-5 of itself\n  one_minus_beta2: f32,\n  epsilon: f32,\n  l2: f32,\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> batch: Batch;\n@group(0) @binding(2) var<storage, read> order: array<u32>;             // [networks, samples]\n@group(0) @binding(3) var<storage, read_write> delta: array<vec4<f32>>; // [networks, slab_rows, quads]\n\n// output_delta\n@group(0) @binding(4) var<storage, read> logits: array<f32>;            // [networks, slab_rows, units]\n@group(0) @binding(5) var<storage, read> labels: array<u32>;            // [samples]\n@group(0) @binding(6) var<storage, read_write> losses: array<f32>;      // [networks, slab_rows]\n\n// hidden_delta\n@group(0) @binding(7) var<storage, read> next_delta: array<vec4<f32>>;      // [networks, slab_rows, output_quads]\n@group(0) @binding(8) var<storage, read> next_parameters: array<vec4<f32>>; // [networks, outputs, input_quads]\n@group(0) @binding(9) var<storage, read> activations: array<vec4<f32>>;     // [networks, slab_rows, input_quads]\n\n// update_parameters\n#if BYTES\n@group(0) @binding(10) var<storage, read> pixels: array<u32>;           // [samples, input_quads]\n#elif FLOATS\n@group(0) @binding(10) var<storage, read> values: array<vec4<f32>>;     // [samples, input_quads]\n#else\n@group(0) @binding(10) var<storage, read> inputs: array<vec4<f32>>;     // [networks, slab_rows, input_quads]\n#endif\n@group(0) @binding(11) var<storage, read_write> parameters: array<vec4<f32>>; // [networks, outputs, input_quads]\n#if GRADIENT\n@group(0) @binding(12) var<storage, read_write> gradients: array<vec4<f32>>;  // [networks, outputs, input_quads]\n#else\n@group(0) @binding(12) var<storage, read_write> first_moments: array<vec4<f32>>;  // [networks, outputs, input_quads]\n@group(0) @binding(13) var<storage, read_write> second_moments: array<vec4<f32>>; // [networks, outputs, input_quads]\n#endif\n\nfn clear_delta_row(row: u32) {\n  for (var quad = 0u; quad < layer.output_quads; quad++) { delta[row * layer.output_quads + quad] = vec4<f32>(0.0); }\n}\n\n// Grid: x = rows, y = networks. An invocation owns one row.\n@compute @workgroup_size(32)\nfn output_delta(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.slab_rows) { return; }\n  let row = id.y * layer.slab_rows + id.x;\n  if (id.x >= batch.count) {\n    clear_delta_row(row);\n    return;\n  }\n  let base = row * layer.output_quads * 4u;\n  var highest = logits[base];\n  for (var c = 1u; c < layer.outputs; c++) { highest = max(highest, logits[base + c]); }\n  var total = 0.0;\n  for (var c = 0u; c < layer.outputs; c++) { total += exp(logits[base + c] - highest); }\n\n  let label = labels[order[id.y * layer.order_rows + batch.first + id.x]];\n  let scale = 1.0 / f32(batch.count);\n  for (var quad = 0u; quad < layer.output_quads; quad++) {\n    var values = vec4<f32>(0.0);\n    for (var lane = 0u; lane < 4u; lane++) {\n      let c = quad * 4u + lane;\n      if (c < layer.outputs) {\n        let probability = exp(logits[base + c] - highest) / total;\n        values[lane] = (probability - select(0.0, 1.0, c == label)) * scale;\n      }\n    }\n    delta[row * layer.output_quads + quad] = values;\n  }\n  losses[row] += log(total) + highest - logits[base + label];\n}\n\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n\n// act' of one quad of units.\nfn slope_at(slot: u32) -> vec4<f32> {\n  if (SLOPES_KEPT) { return delta[slot]; }\n  return derivative(activations[slot]);\n}\n\nfn write_hidden_delta(sum: vec4<f32>, row: u32, quad: u32, inside: bool) {\n  let slot = row * layer.input_quads + quad;\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  let kept = inside && quad < layer.input_quads;\n  let value = select(vec4<f32>(0.0), sum * slope_at(slot), unit < vec4<u32>(layer.inputs));\n  delta[slot] = select(vec4<f32>(0.0), value, kept);\n}\n\nfn source_quad(network: u32, sample: u32, quad: u32) -> vec4<f32> {\n#if BYTES\n  let row = order[network * layer.order_rows + batch.first + sample];\n  return vec4<f32>(unpack4xU8(pixels[row * layer.input_quads + quad])) * (1.0 / 255.0);\n#elif FLOATS\n  let row = order[network * layer.order_rows + batch.first + sample];\n  return values[row * layer.input_quads + quad];\n#else\n  return inputs[(network * layer.slab_rows + sample) * layer.input_quads + quad];\n#endif\n}\n\n// What becomes of the sum of one quad of a gradient: with the L2 term it is used by Adam, or written.\nfn finish(sum: vec4<f32>, network: u32, output: u32, quad: u32) {\n  if (output >= layer.outputs) { return; }\n  let slot = (network * layer.outputs + output) * layer.input_quads + quad;\n  let lane = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  finish_quad(sum, slot, lane < vec4<u32>(layer.inputs));\n}\n\n// One quad of parameters, of which some lanes are weights, and have an L2 term.\nfn finish_quad(sum: vec4<f32>, slot: u32, weights: vec4<bool>) {\n  let value = parameters[slot];\n  let gradient = sum + select(vec4<f32>(0.0), 2.0 * batch.l2 * value, weights);\n#if GRADIENT\n  gradients[slot] = gradient;\n#else\n  let m = batch.beta1 * first_moments[slot] + batch.one_minus_beta1 * gradient;\n  let v = batch.beta2 * second_moments[slot] + batch.one_minus_beta2 * gradient * gradient;\n  first_moments[slot] = m;\n  second_moments[slot] = v;\n  parameters[slot] = value - batch.learning_rate * m / (sqrt(v) * batch.variance_correction + batch.epsilon);\n#endif\n}\n\n#if SHARED\n// A product's tile of 32 x 32 values, computed by a workgroup of 256 with both operands staged in workgroup memory. For\n// GPUs: each value is loaded from device memory once a tile and used 32 times; barriers are ruinous on software adapters.\n// The 256 invocations are 4 groups of 64. A group holds the whole tile in registers, 4 rows x 1 quad an invocation (rows\n// 4 ty .. 4 ty + 3, quad tx), and sums its own quarter of every staged chunk, so that a workgroup has four times the loads\n// in flight that 64 invocations would have: at batch 32 there are few workgroups, and loads are what they wait for. At the\n// end `summed` adds the groups up, in one fixed order. Memory: 16 KiB, what every WebGPU device has.\n\nconst TILE_LEFT: u32 = 0u;    // first quad of the staged left operand\nconst TILE_RIGHT: u32 = 512u; // first quad of the staged right operand\n\nvar<workgroup> tile: array<vec4<f32>, 1024>;\n\n// Where an invocation stands in its group.\nstruct Place {\n  group: u32, // which quarter of every chunk it sums\n  ty: u32,    // its rows are 4 ty .. 4 ty + 3\n  tx: u32,    // its quad of columns\n}\n\nfn place_of(thread: u32) -> Place {\n  return Place(thread / 64u, thread / 8u % 8u, thread % 8u);\n}\n\n// Slot of quad `quad` (of 16) in row `row` (of 32): rows that are read together lie in different banks, without padding.\nfn swizzled(row: u32, quad: u32) -> u32 {\n  return row * 16u + (quad ^ (row & 7u));\n}\n\n// Adds the groups' sums up. Invocation `thread` is given row thread / 8 and quad thread % 8 of the tile. To be called by\n// all invocations, when all are done with what is staged.\nfn summed(thread: u32, row0: vec4<f32>, row1: vec4<f32>, row2: vec4<f32>, row3: vec4<f32>) -> vec4<f32> {\n  let at = place_of(thread);\n  let slot = at.group * 256u + at.ty * 32u + at.tx;\n  tile[slot] = row0;\n  tile[slot + 8u] = row1;\n  tile[slot + 16u] = row2;\n  tile[slot + 24u] = row3;\n  workgroupBarrier();\n  return (tile[thread] + tile[thread + 256u]) + (tile[thread + 512u] + tile[thread + 768u]);\n}\n// hidden_delta and update_parameters in their SHARED form: see backward.wgsl and workgroup-tile.wgsl.\n\n// A quad of a row of next_delta, 0 past the last one.\nfn staged_delta(row: u32, quad: u32) -> vec4<f32> {\n  if (quad >= layer.output_quads) { return vec4<f32>(0.0); }\n  return next_delta[row + quad];\n}\n\n// A quad of the parameters that unit `output` of the layer reads with, 0 past the last one.\nfn staged_parameters(network: u32, output: u32, quad: u32) -> vec4<f32> {\n  if (output >= layer.outputs) { return vec4<f32>(0.0); }\n  return next_parameters[(network * layer.outputs + output) * layer.input_quads + quad];\n}\n\n// Grid: x = tiles of 32 units, y = tiles of 32 rows, z = networks. A chunk is 64 units of the layer: invocation t\n// loads quads t % 8 and t % 8 + 8 of row t / 8 of next_delta, and quad t % 8 of parameter rows t / 8 and t / 8 + 32.\n@compute @workgroup_size(256)\nfn hidden_delta(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {\n  let own = place_of(thread);\n  let row = thread / 8u;\n  let column = thread % 8u;\n  let sample = at.y * 32u + row;\n  let slab = at.z * layer.slab_rows;\n  let source = (slab + min(sample, layer.slab_rows - 1u)) * layer.output_quads;\n  let quad = at.x * 8u + column;\n  let weights = min(quad, layer.input_quads - 1u);\n  let left = TILE_LEFT + swizzled(row, column);\n  let right = TILE_RIGHT + thread;\n  var d0 = staged_delta(source, column);\n  var d1 = staged_delta(source, column + 8u);\n  var w0 = staged_parameters(at.z, row, weights);\n  var w1 = staged_parameters(at.z, row + 32u, weights);\n  var s0 = vec4<f32>(0.0);\n  var s1 = vec4<f32>(0.0);\n  var s2 = vec4<f32>(0.0);\n  var s3 = vec4<f32>(0.0);\n  for (var chunk = 0u; chunk < layer.output_quads; chunk += 16u) {\n    tile[left] = d0;\n    tile[left + 8u] = d1;\n    tile[right] = w0;\n    tile[right + 256u] = w1;\n    workgroupBarrier();\n    let next = chunk + 16u;\n    d0 = staged_delta(source, next + column);\n    d1 = staged_delta(source, next + column + 8u);\n    w0 = staged_parameters(at.z, next * 4u + row, weights);\n    w1 = staged_parameters(at.z, next * 4u + row + 32u, weights);\n    for (var n = 0u; n < 4u; n++) {\n      let outputs = own.group * 4u + n;\n      let first = TILE_RIGHT + outputs * 32u + own.tx;\n      let w = mat4x4<f32>(tile[first], tile[first + 8u], tile[first + 16u], tile[first + 24u]);\n      s0 += w * tile[TILE_LEFT + swizzled(own.ty * 4u, outputs)];\n      s1 += w * tile[TILE_LEFT + swizzled(own.ty * 4u + 1u, outputs)];\n      s2 += w * tile[TILE_LEFT + swizzled(own.ty * 4u + 2u, outputs)];\n      s3 += w * tile[TILE_LEFT + swizzled(own.ty * 4u + 3u, outputs)];\n    }\n    workgroupBarrier();\n  }\n  let sum = summed(thread, s0, s1, s2, s3);\n  if (sample < layer.slab_rows && quad < layer.input_quads) {\n    write_hidden_delta(sum, slab + sample, quad, sample < batch.count);\n  }\n}\n\n// Grid: x = tiles of 32 inputs, y = tiles of 32 outputs, z = networks. A chunk is 32 samples: invocation t loads quad\n// t % 8 of row t / 8 of delta and of the source. Rows past the batch count as 0, whatever they hold.\n@compute @workgroup_size(256)\nfn update_parameters(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {\n  let own = place_of(thread);\n  let row = thread / 8u;\n  let column = thread % 8u;\n  let quad = at.x * 8u + column;\n  let source = min(quad, layer.input_quads - 1u);\n  let delta_quad = min(at.y * 8u + column, layer.output_quads - 1u);\n  let slab = at.z * layer.slab_rows * layer.output_quads + delta_quad;\n  var g0 = vec4<f32>(0.0);\n  var g1 = vec4<f32>(0.0);\n  var g2 = vec4<f32>(0.0);\n  var g3 = vec4<f32>(0.0);\n  for (var chunk = 0u; chunk < batch.count; chunk += 32u) {\n    let sample = chunk + row;\n    var d = vec4<f32>(0.0);\n    var x = vec4<f32>(0.0);\n    if (sample < batch.count) {\n      d = delta[slab + sample * layer.output_quads];\n      x = source_quad(at.z, sample, source);\n    }\n    tile[TILE_LEFT + thread] = d;\n    tile[TILE_RIGHT + thread] = x;\n    workgroupBarrier();\n    for (var n = 0u; n < 8u; n++) {\n      let staged = (own.group * 8u + n) * 8u;\n      let a = tile[TILE_LEFT + staged + own.ty];\n      let b = tile[TILE_RIGHT + staged + own.tx];\n      g0 += a.x * b;\n      g1 += a.y * b;\n      g2 += a.z * b;\n      g3 += a.w * b;\n    }\n    workgroupBarrier();\n  }\n  let sum = summed(thread, g0, g1, g2, g3);\n  if (quad < layer.input_quads) { finish(sum, at.z, at.y * 32u + row, quad); }\n}\n#elif SUBGROUP\n// hidden_delta and update_parameters in their SUBGROUP form: see backward.wgsl.\n\n#if LANES_4\nconst LANES: u32 = 4u;\n#else\nconst LANES: u32 = 8u;\n#endif\n\n// One quad of 16 consecutive values a lane; lanes above 3 repeat them.\nfn tile_quad(first: u32, lane: u32, quads: u32) -> u32 {\n  return min(first + (lane & 3u), quads - 1u);\n}\n\n// Grid: x = tiles of 16 units, y = tiles of 4 LANES rows, z = networks. A lane owns every LANES-th row of the tile.\n@compute @workgroup_size(LANES)\nfn hidden_delta(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {\n  let quad = tile.x * 4u;\n  let first = tile.y * 4u * LANES + lane;\n  let last = layer.slab_rows - 1u;\n  let slab = tile.z * layer.slab_rows;\n  let d0 = (slab + min(first, last)) * layer.output_quads;\n  let d1 = (slab + min(first + LANES, last)) * layer.output_quads;\n  let d2 = (slab + min(first + 2u * LANES, last)) * layer.output_quads;\n  let d3 = (slab + min(first + 3u * LANES, last)) * layer.output_quads;\n  let column = tile_quad(quad, lane, layer.input_quads);\n  let matrix = tile.z * layer.outputs;\n  var s0a = vec4<f32>(0.0); var s0b = vec4<f32>(0.0); var s0c = vec4<f32>(0.0); var s0d = vec4<f32>(0.0);\n  var s1a = vec4<f32>(0.0); var s1b = vec4<f32>(0.0); var s1c = vec4<f32>(0.0); var s1d = vec4<f32>(0.0);\n  var s2a = vec4<f32>(0.0); var s2b = vec4<f32>(0.0); var s2c = vec4<f32>(0.0); var s2d = vec4<f32>(0.0);\n  var s3a = vec4<f32>(0.0); var s3b = vec4<f32>(0.0); var s3c = vec4<f32>(0.0); var s3d = vec4<f32>(0.0);\n  for (var at = 0u; at < layer.output_quads; at++) {\n    let e0 = next_delta[d0 + at];\n    let e1 = next_delta[d1 + at];\n    let e2 = next_delta[d2 + at];\n    let e3 = next_delta[d3 + at];\n    // Lanes of next_delta past the last unit are 0, so a clamped row of parameters adds nothing.\n    for (var part = 0u; part < 4u; part++) {\n      let output = min(at * 4u + part, layer.outputs - 1u);\n      let w = next_parameters[(matrix + output) * layer.input_quads + column];\n      let a = subgroupBroadcast(w, 0u);\n      let b = subgroupBroadcast(w, 1u);\n      let c = subgroupBroadcast(w, 2u);\n      let d = subgroupBroadcast(w, 3u);\n      s0a += e0[part] * a; s0b += e0[part] * b; s0c += e0[part] * c; s0d += e0[part] * d;\n      s1a += e1[part] * a; s1b += e1[part] * b; s1c += e1[part] * c; s1d += e1[part] * d;\n      s2a += e2[part] * a; s2b += e2[part] * b; s2c += e2[part] * c; s2d += e2[part] * d;\n      s3a += e3[part] * a; s3b += e3[part] * b; s3c += e3[part] * c; s3d += e3[part] * d;\n    }\n  }\n  var sums = array<vec4<f32>, 16>(\n    s0a, s0b, s0c, s0d,\n    s1a, s1b, s1c, s1d,\n    s2a, s2b, s2c, s2d,\n    s3a, s3b, s3c, s3d,\n  );\n  // The bound is 16, but no constant, so that no driver unrolls the loop (see forward.wgsl).\n  for (var n = 0u; n < min(16u, layer.input_quads * 16u); n++) {\n    let row = first + n / 4u * LANES;\n    if (row <= last && quad + n % 4u < layer.input_quads) {\n      write_hidden_delta(sums[n], slab + row, quad + n % 4u, row < batch.count);\n    }\n  }\n}\n\n// Grid: x = tiles of LANES quads of inputs, y = tiles of 16 outputs, z = networks. A lane owns one quad of inputs.\n@compute @workgroup_size(LANES)\nfn update_parameters(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {\n  let quad = tile.x * LANES + lane;\n  let source = min(quad, layer.input_quads - 1u);\n  let column = tile.z * layer.slab_rows * layer.output_quads + tile_quad(tile.y * 4u, lane, layer.output_quads);\n  var g0 = vec4<f32>(0.0); var g1 = vec4<f32>(0.0); var g2 = vec4<f32>(0.0); var g3 = vec4<f32>(0.0);\n  var g4 = vec4<f32>(0.0); var g5 = vec4<f32>(0.0); var g6 = vec4<f32>(0.0); var g7 = vec4<f32>(0.0);\n  var g8 = vec4<f32>(0.0); var g9 = vec4<f32>(0.0); var g10 = vec4<f32>(0.0); var g11 = vec4<f32>(0.0);\n  var g12 = vec4<f32>(0.0); var g13 = vec4<f32>(0.0); var g14 = vec4<f32>(0.0); var g15 = vec4<f32>(0.0);\n  for (var s = 0u; s < batch.count; s++) {\n    let x = source_quad(tile.z, s, source);\n    let own = delta[column + s * layer.output_quads];\n    let a = subgroupBroadcast(own, 0u);\n    g0 += a.x * x; g1 += a.y * x; g2 += a.z * x; g3 += a.w * x;\n    let b = subgroupBroadcast(own, 1u);\n    g4 += b.x * x; g5 += b.y * x; g6 += b.z * x; g7 += b.w * x;\n    let c = subgroupBroadcast(own, 2u);\n    g8 += c.x * x; g9 += c.y * x; g10 += c.z * x; g11 += c.w * x;\n    let d = subgroupBroadcast(own, 3u);\n    g12 += d.x * x; g13 += d.y * x; g14 += d.z * x; g15 += d.w * x;\n  }\n  if (quad >= layer.input_quads) { return; }\n  var sums = array<vec4<f32>, 16>(g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12, g13, g14, g15);\n  // As in hidden_delta: 16 turns, never unrolled, so that Adam is compiled once.\n  for (var n = 0u; n < min(16u, layer.output_quads * 16u); n++) { finish(sums[n], tile.z, tile.y * 16u + n, quad); }\n}\n#else\n// Grid: x = quads of units, y = quads of rows, z = networks. An invocation owns a 4 x 4 tile.\n@compute @workgroup_size(8, 8)\nfn hidden_delta(@builtin(global_invocation_id) id: vec3<u32>) {\n  let quad = id.x;\n  let first = id.y * 4u;\n  if (quad >= layer.input_quads || first >= layer.slab_rows) { return; }\n  let last = layer.slab_rows - 1u;\n  let slab = id.z * layer.slab_rows;\n  let d0 = (slab + first) * layer.output_quads;\n  let d1 = (slab + min(first + 1u, last)) * layer.output_quads;\n  let d2 = (slab + min(first + 2u, last)) * layer.output_quads;\n  let d3 = (slab + min(first + 3u, last)) * layer.output_quads;\n  let last_output = layer.outputs - 1u;\n  let matrix = id.z * layer.outputs;\n  var s0 = vec4<f32>(0.0);\n  var s1 = vec4<f32>(0.0);\n  var s2 = vec4<f32>(0.0);\n  var s3 = vec4<f32>(0.0);\n  // Lanes of next_delta past the last unit are 0, so a clamped row of parameters adds nothing.\n  for (var o = 0u; o < layer.outputs; o += 4u) {\n    let w = mat4x4<f32>(\n      next_parameters[(matrix + o) * layer.input_quads + quad],\n      next_parameters[(matrix + min(o + 1u, last_output)) * layer.input_quads + quad],\n      next_parameters[(matrix + min(o + 2u, last_output)) * layer.input_quads + quad],\n      next_parameters[(matrix + min(o + 3u, last_output)) * layer.input_quads + quad],\n    );\n    let at = o / 4u;\n    s0 += w * next_delta[d0 + at];\n    s1 += w * next_delta[d1 + at];\n    s2 += w * next_delta[d2 + at];\n    s3 += w * next_delta[d3 + at];\n  }\n  write_hidden_delta(s0, slab + first, quad, first < batch.count);\n  if (first + 1u <= last) { write_hidden_delta(s1, slab + first + 1u, quad, first + 1u < batch.count); }\n  if (first + 2u <= last) { write_hidden_delta(s2, slab + first + 2u, quad, first + 2u < batch.count); }\n  if (first + 3u <= last) { write_hidden_delta(s3, slab + first + 3u, quad, first + 3u < batch.count); }\n}\n\n// Grid: x = quads of inputs, y = quads of outputs, z = networks. An invocation owns a 4 x 4 tile of the matrix.\n@compute @workgroup_size(8, 8)\nfn update_parameters(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.input_quads || id.y * 4u >= layer.outputs) { return; }\n  var g0 = vec4<f32>(0.0);\n  var g1 = vec4<f32>(0.0);\n  var g2 = vec4<f32>(0.0);\n  var g3 = vec4<f32>(0.0);\n  let slab = id.z * layer.slab_rows * layer.output_quads + id.y;\n  for (var s = 0u; s < batch.count; s++) {\n    let d = delta[slab + s * layer.output_quads];\n    let x = source_quad(id.z, s, id.x);\n    g0 += d.x * x;\n    g1 += d.y * x;\n    g2 += d.z * x;\n    g3 += d.w * x;\n  }\n  finish(g0, id.z, id.y * 4u, id.x);\n  finish(g1, id.z, id.y * 4u + 1u, id.x);\n  finish(g2, id.z, id.y * 4u + 2u, id.x);\n  finish(g3, id.z, id.y * 4u + 3u, id.x);\n}\n#endif\n"
} as const;

export const classSums = {
  "file": "shaders/class-sums.wgsl",
  "overrides": {},
  "structs": {
    "Stretch": {
      "size": 12,
      "fields": {
        "number": { "offset": 0, "type": "u32" },
        "first": { "offset": 4, "type": "u32" },
        "end": { "offset": 8, "type": "u32" }
      }
    },
    "Chunk": {
      "size": 32,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "unit_lanes": { "offset": 12, "type": "u32" },
        "units": { "offset": 16, "type": "u32" },
        "classes": { "offset": 20, "type": "u32" },
        "blocks": { "offset": 24, "type": "u32" },
        "offset": { "offset": 28, "type": "u32" }
      }
    }
  },
  "entries": {
    "note_origins": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "slab_rows", "unit_lanes" ] },
            "noted": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "jobs", "units" ] }
          }
        }
      }
    },
    "add_sums": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "slab_rows", "unit_lanes" ] },
            "origins": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "units" ] },
            "labels": { "binding": 4, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "sums": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "units", "blocks", "classes" ] }
          }
        }
      }
    }
  },
  "source": "// Sums of each neuron's outputs t by class, relative to an origin o of its own, for means, variances and mean sizes:\n//   note_origins: origins[j, u]    = activations[j, 0, u], the first output that is seen\n//   add_sums:     sums[j, u, b, c] += sum over samples s of class c in block b of (d, d d, |t| - |o|, 0),  d = t - o\n// A constant neuron has d = 0, so all of its sums are 0 exactly; for any other d is no larger than the range of its outputs, so\n// nothing cancels that is far from 0. Blocks are those of parts/sum-block.wgsl.\n// An invocation owns a neuron's block: it alone reads and writes these sums. No atomics, no barriers.\n// Preconditions: note_origins ran on the first chunk of the set, or the host wrote the origins.\n\n// A chunk of samples whose values are added up in blocks.\n// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: the first block of a page\n// may have begun with the page before, whose sums the host puts there. Within a block sums run in the order of the samples; the host\n// adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms is at most\n// 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).\n// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.\n\nconst BLOCK = 1024u; // samples of a float32 sum\n\n// What a chunk has of a block.\nstruct Stretch {\n  number: u32, // of the block in the page\n  first: u32,  // rows of the chunk\n  end: u32,\n}\n\n// Of the `place`-th block that a chunk of `count` samples touches; empty past the last one.\n// `earlier`: samples of the page's first block and of the page, up to this chunk.\nfn stretch_in(place: u32, earlier: u32, count: u32) -> Stretch {\n  let number = earlier / BLOCK + place;\n  let start = max(earlier, BLOCK * number);\n  let end = max(start, min(earlier + count, BLOCK * number + BLOCK));\n  return Stretch(number, start - earlier, end - earlier);\n}\n\nstruct Chunk {\n  first: u32,      // first sample of this chunk within the page\n  count: u32,      // samples in this chunk\n  slab_rows: u32,  // rows of one job in arrays of samples\n  unit_lanes: u32, // floats of a row there, padding included\n  units: u32,      // neurons\n  classes: u32,    // class sums: of the labels\n  blocks: u32,     // blocks of the page, that of `offset` included\n  offset: u32,     // samples of the page's first block that came before the page\n}\n\nfn stretch_of(place: u32) -> Stretch {\n  return stretch_in(place, chunk.offset + chunk.first, chunk.count);\n}\n\n@group(0) @binding(0) var<uniform> chunk: Chunk;\n@group(0) @binding(1) var<storage, read> activations: array<f32>;        // [jobs, slab_rows, unit_lanes]\n@group(0) @binding(2) var<storage, read_write> noted: array<f32>;        // [jobs, units]\n@group(0) @binding(3) var<storage, read> origins: array<f32>;            // [jobs, units]\n@group(0) @binding(4) var<storage, read> labels: array<u32>;             // [samples]\n@group(0) @binding(5) var<storage, read_write> sums: array<vec4<f32>>;   // [jobs, units, blocks, classes]\n\n// Grid: x = units, y = jobs.\n@compute @workgroup_size(64)\nfn note_origins(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= chunk.units) { return; }\n  noted[id.y * chunk.units + id.x] = activations[id.y * chunk.slab_rows * chunk.unit_lanes + id.x];\n}\n\n// Grid: x = units, y = blocks that this chunk touches, z = jobs.\n@compute @workgroup_size(64)\nfn add_sums(@builtin(global_invocation_id) id: vec3<u32>) {\n  let stretch = stretch_of(id.y);\n  if (id.x >= chunk.units || stretch.first >= stretch.end) { return; }\n  let neuron = id.z * chunk.units + id.x;\n  let origin = origins[neuron];\n  let slot = (neuron * chunk.blocks + stretch.number) * chunk.classes;\n  for (var row = stretch.first; row < stretch.end; row++) {\n    let t = activations[(id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x];\n    let d = t - origin;\n    let own = slot + labels[chunk.first + row];\n    sums[own] = sums[own] + vec4<f32>(d, d * d, abs(t) - abs(origin), 0.0);\n  }\n}\n"
} as const;

export const convolutionBackward = {
  "file": "shaders/convolution-backward.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32", "SLOPES_KEPT": "bool" },
  "structs": {
    "Layer": {
      "size": 72,
      "fields": {
        "channels": { "offset": 0, "type": "u32" },
        "input_quads": { "offset": 4, "type": "u32" },
        "input_height": { "offset": 8, "type": "u32" },
        "input_width": { "offset": 12, "type": "u32" },
        "outputs": { "offset": 16, "type": "u32" },
        "output_quads": { "offset": 20, "type": "u32" },
        "output_height": { "offset": 24, "type": "u32" },
        "output_width": { "offset": 28, "type": "u32" },
        "kernel_height": { "offset": 32, "type": "u32" },
        "kernel_width": { "offset": 36, "type": "u32" },
        "stride_y": { "offset": 40, "type": "u32" },
        "stride_x": { "offset": 44, "type": "u32" },
        "top": { "offset": 48, "type": "u32" },
        "left": { "offset": 52, "type": "u32" },
        "parameter_quads": { "offset": 56, "type": "u32" },
        "slab_rows": { "offset": 60, "type": "u32" },
        "own_source": { "offset": 64, "type": "u32" },
        "homogeneous": { "offset": 68, "type": "u32" }
      }
    },
    "Batch": {
      "size": 40,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "learning_rate": { "offset": 8, "type": "f32" },
        "variance_correction": { "offset": 12, "type": "f32" },
        "beta1": { "offset": 16, "type": "f32" },
        "beta2": { "offset": 20, "type": "f32" },
        "one_minus_beta1": { "offset": 24, "type": "f32" },
        "one_minus_beta2": { "offset": 28, "type": "f32" },
        "epsilon": { "offset": 32, "type": "f32" },
        "l2": { "offset": 36, "type": "f32" }
      }
    }
  },
  "entries": {
    "convolve_delta": {
      "variants": {
        "": {
          "workgroupSize": [ 1, 32, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "map_rows", "quads" ] },
            "next_delta": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "output_rows", "output_quads" ] },
            "next_parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "activations": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "map_rows", "input_quads" ] }
          }
        },
        "GRADIENT": {
          "workgroupSize": [ 1, 32, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "map_rows", "quads" ] },
            "next_delta": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "output_rows", "output_quads" ] },
            "next_parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "activations": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "map_rows", "input_quads" ] }
          }
        }
      }
    },
    "update_convolution": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "map_rows", "quads" ] },
            "inputs": { "binding": 6, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "input_rows", "input_quads" ] },
            "parameters": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "first_moments": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "second_moments": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] }
          }
        },
        "GRADIENT": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "delta": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "map_rows", "quads" ] },
            "inputs": { "binding": 6, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "input_rows", "input_quads" ] },
            "parameters": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "gradients": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] }
          }
        }
      }
    }
  },
  "source": "// Backward pass and Adam of one convolution, for a batch of independent networks:\n//   convolve_delta:     delta[r, s, (y, x), c] = act' * sum over taps and outputs o of\n//                         next_delta[r, s, place, o] * next_parameters[r, o, (ky, kx), c],\n//                       over the places whose tap (ky, kx) reads (y, x); act' from activations[r, s, (y, x), c]\n//   update_convolution: g[r, o, (ky, kx), c] = sum over samples and places of delta[r, s, place, o] * inputs[r, s, tap, c]\n//                         + 2 l2 parameters[r, o, (ky, kx), c], and of the bias the sum of delta alone; then Adam in place.\n// Maps and parameters as in convolution.wgsl. `layer` is the one whose parameters are read: in convolve_delta the layer above,\n// whose source delta and activations belong to.\n// Every value has one owner: no atomics, sums in an order that the layer and the batch decide. At one position the same taps read\n// it in all samples, so a tile there has no borders of its own.\n// Preconditions: samples batch.count and above of every slab are ignored: their delta is written as 0. Lanes of next_delta\n// past the last output are 0. GRADIENT: write g instead of using it.\n// SLOPES_KEPT: act' of GELU is what delta holds until it is put in its place, as in backward.wgsl.\n// Variants: \"\", GRADIENT.\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\noverride SLOPES_KEPT: bool = false;\n\nstruct Layer {\n  channels: u32,        // of the map below\n  input_quads: u32,     // quads of a row of it\n  input_height: u32,\n  input_width: u32,\n  outputs: u32,         // channels of the layer\n  output_quads: u32,    // quads of a row of its map\n  output_height: u32,\n  output_width: u32,\n  kernel_height: u32,\n  kernel_width: u32,\n  stride_y: u32,\n  stride_x: u32,\n  top: u32,             // rows of zeros above the map, and columns to its left\n  left: u32,\n  parameter_quads: u32, // quads of a row of `parameters`: those of all taps, and one of bias\n  slab_rows: u32,       // samples of one slab\n  own_source: u32,      // 1: job z reads slab z of `inputs` (its own); 0: the slab of its network, shared by many jobs\n  homogeneous: u32,     // 1: rows of `outputs` end with a lane of 1\n}\n// A step of training: which samples, and the terms of Adam.\nstruct Batch {\n  first: u32,               // first position in `order`\n  count: u32,               // samples in this batch\n  learning_rate: f32,       // learningRate / (1 - beta1^t)\n  variance_correction: f32, // 1 / sqrt(1 - beta2^t)\n  beta1: f32,\n  beta2: f32,\n  one_minus_beta1: f32,     // from the host's float64: formed here, 1 - beta2 would be wrong by 1e-5 of itself\n  one_minus_beta2: f32,\n  epsilon: f32,\n  l2: f32,\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> batch: Batch;\n@group(0) @binding(2) var<storage, read_write> delta: array<vec4<f32>>; // [networks, map_rows, quads]\n\n// convolve_delta\n@group(0) @binding(3) var<storage, read> next_delta: array<vec4<f32>>;      // [networks, output_rows, output_quads]\n@group(0) @binding(4) var<storage, read> next_parameters: array<vec4<f32>>; // [networks, outputs, parameter_quads]\n@group(0) @binding(5) var<storage, read> activations: array<vec4<f32>>;     // [networks, map_rows, input_quads]\n\n// update_convolution\n@group(0) @binding(6) var<storage, read> inputs: array<vec4<f32>>;            // [networks, input_rows, input_quads]\n@group(0) @binding(7) var<storage, read_write> parameters: array<vec4<f32>>;  // [networks, outputs, parameter_quads]\n#if GRADIENT\n@group(0) @binding(8) var<storage, read_write> gradients: array<vec4<f32>>;   // [networks, outputs, parameter_quads]\n#else\n@group(0) @binding(8) var<storage, read_write> first_moments: array<vec4<f32>>;  // [networks, outputs, parameter_quads]\n@group(0) @binding(9) var<storage, read_write> second_moments: array<vec4<f32>>; // [networks, outputs, parameter_quads]\n#endif\n\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n\nfn write_delta(sum: vec4<f32>, slab: u32, sample: u32, position: u32, quad: u32) {\n  if (sample >= layer.slab_rows) { return; }\n  let area = layer.input_height * layer.input_width;\n  let slot = ((slab * layer.slab_rows + sample) * area + position) * layer.input_quads + quad;\n  if (sample >= batch.count) {\n    delta[slot] = vec4<f32>(0.0);\n    return;\n  }\n  var slope = delta[slot];\n  if (!SLOPES_KEPT) { slope = derivative(activations[slot]); }\n  let channel = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  delta[slot] = select(vec4<f32>(0.0), sum * slope, channel < vec4<u32>(layer.channels));\n}\n\n// Grid: x = positions of the source, y = quads of channels within quads of samples, z = networks. An invocation owns 4 samples x 4\n// channels at one position.\n@compute @workgroup_size(1, 32)\nfn convolve_delta(@builtin(global_invocation_id) id: vec3<u32>) {\n  let position = id.x;\n  let quad = id.y % layer.input_quads;\n  let first = id.y / layer.input_quads * 4u;\n  if (position >= layer.input_height * layer.input_width || first >= layer.slab_rows) { return; }\n  let last = layer.slab_rows - 1u;\n  let area = layer.output_height * layer.output_width;\n  let slab = id.z * layer.slab_rows;\n  let d0 = (slab + first) * area;\n  let d1 = (slab + min(first + 1u, last)) * area;\n  let d2 = (slab + min(first + 2u, last)) * area;\n  let d3 = (slab + min(first + 3u, last)) * area;\n  let last_output = layer.outputs - 1u;\n  let matrix = id.z * layer.outputs;\n  let y = position / layer.input_width + layer.top;\n  let x = position % layer.input_width + layer.left;\n  var s0 = vec4<f32>(0.0);\n  var s1 = vec4<f32>(0.0);\n  var s2 = vec4<f32>(0.0);\n  var s3 = vec4<f32>(0.0);\n  for (var ky = 0u; ky < min(layer.kernel_height, y + 1u); ky++) {\n    let place_y = (y - ky) / layer.stride_y;\n    if ((y - ky) % layer.stride_y != 0u || place_y >= layer.output_height) { continue; }\n    for (var kx = 0u; kx < min(layer.kernel_width, x + 1u); kx++) {\n      let place_x = (x - kx) / layer.stride_x;\n      if ((x - kx) % layer.stride_x != 0u || place_x >= layer.output_width) { continue; }\n      let place = place_y * layer.output_width + place_x;\n      let tap = (ky * layer.kernel_width + kx) * layer.input_quads + quad;\n      // Lanes of next_delta past the last output are 0, so a clamped row of parameters adds nothing.\n      for (var o = 0u; o < layer.outputs; o += 4u) {\n        let w = mat4x4<f32>(\n          next_parameters[(matrix + o) * layer.parameter_quads + tap],\n          next_parameters[(matrix + min(o + 1u, last_output)) * layer.parameter_quads + tap],\n          next_parameters[(matrix + min(o + 2u, last_output)) * layer.parameter_quads + tap],\n          next_parameters[(matrix + min(o + 3u, last_output)) * layer.parameter_quads + tap],\n        );\n        let at = o / 4u;\n        s0 += w * next_delta[(d0 + place) * layer.output_quads + at];\n        s1 += w * next_delta[(d1 + place) * layer.output_quads + at];\n        s2 += w * next_delta[(d2 + place) * layer.output_quads + at];\n        s3 += w * next_delta[(d3 + place) * layer.output_quads + at];\n      }\n    }\n  }\n  write_delta(s0, id.z, first, position, quad);\n  write_delta(s1, id.z, first + 1u, position, quad);\n  write_delta(s2, id.z, first + 2u, position, quad);\n  write_delta(s3, id.z, first + 3u, position, quad);\n}\n\n// Along one axis: the first place and the end of those whose tap k lies within the map.\nfn places_within(k: u32, before: u32, stride: u32, extent: u32, places: u32) -> vec2<u32> {\n  if (extent + before <= k) { return vec2<u32>(0u); }\n  let first = (max(before, k) - k + stride - 1u) / stride;\n  let end = (extent + before - k + stride - 1u) / stride;\n  return vec2<u32>(min(first, places), min(end, places));\n}\n\n// One quad of parameters, of which some lanes are weights, and have an L2 term.\nfn finish_quad(sum: vec4<f32>, slot: u32, weights: vec4<bool>) {\n  let value = parameters[slot];\n  let gradient = sum + select(vec4<f32>(0.0), 2.0 * batch.l2 * value, weights);\n#if GRADIENT\n  gradients[slot] = gradient;\n#else\n  let m = batch.beta1 * first_moments[slot] + batch.one_minus_beta1 * gradient;\n  let v = batch.beta2 * second_moments[slot] + batch.one_minus_beta2 * gradient * gradient;\n  first_moments[slot] = m;\n  second_moments[slot] = v;\n  parameters[slot] = value - batch.learning_rate * m / (sqrt(v) * batch.variance_correction + batch.epsilon);\n#endif\n}\n\nfn finish(sum: vec4<f32>, network: u32, output: u32, quad: u32) {\n  if (output >= layer.outputs) { return; }\n  let slot = (network * layer.outputs + output) * layer.parameter_quads + quad;\n  finish_quad(sum, slot, vec4<bool>(quad + 1u < layer.parameter_quads));\n}\n\n// Grid: x = quads of a row of parameters, y = quads of outputs, z = networks. An invocation owns a 4 x 4 tile of the matrix.\n@compute @workgroup_size(8, 8)\nfn update_convolution(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.parameter_quads || id.y * 4u >= layer.outputs) { return; }\n  let is_bias = id.x + 1u == layer.parameter_quads;\n  let tap = id.x / layer.input_quads;\n  let ky = tap / layer.kernel_width;\n  let kx = tap % layer.kernel_width;\n  var rows = vec2<u32>(0u, layer.output_height);\n  var columns = vec2<u32>(0u, layer.output_width);\n  if (!is_bias) {\n    rows = places_within(ky, layer.top, layer.stride_y, layer.input_height, layer.output_height);\n    columns = places_within(kx, layer.left, layer.stride_x, layer.input_width, layer.output_width);\n  }\n  var g0 = vec4<f32>(0.0);\n  var g1 = vec4<f32>(0.0);\n  var g2 = vec4<f32>(0.0);\n  var g3 = vec4<f32>(0.0);\n  for (var s = 0u; s < batch.count; s++) {\n    let sample = id.z * layer.slab_rows + s;\n    for (var y = rows.x; y < rows.y; y++) {\n      for (var x = columns.x; x < columns.y; x++) {\n        let place = (sample * layer.output_height + y) * layer.output_width + x;\n        let d = delta[place * layer.output_quads + id.y];\n        var value = vec4<f32>(1.0, 0.0, 0.0, 0.0);\n        if (!is_bias) {\n          let row = sample * layer.input_height + y * layer.stride_y + ky - layer.top;\n          let column = x * layer.stride_x + kx - layer.left;\n          value = inputs[(row * layer.input_width + column) * layer.input_quads + id.x % layer.input_quads];\n        }\n        g0 += d.x * value;\n        g1 += d.y * value;\n        g2 += d.z * value;\n        g3 += d.w * value;\n      }\n    }\n  }\n  finish(g0, id.z, id.y * 4u, id.x);\n  finish(g1, id.z, id.y * 4u + 1u, id.x);\n  finish(g2, id.z, id.y * 4u + 2u, id.x);\n  finish(g3, id.z, id.y * 4u + 3u, id.x);\n}\n"
} as const;

export const convolution = {
  "file": "shaders/convolution.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Layer": {
      "size": 72,
      "fields": {
        "channels": { "offset": 0, "type": "u32" },
        "input_quads": { "offset": 4, "type": "u32" },
        "input_height": { "offset": 8, "type": "u32" },
        "input_width": { "offset": 12, "type": "u32" },
        "outputs": { "offset": 16, "type": "u32" },
        "output_quads": { "offset": 20, "type": "u32" },
        "output_height": { "offset": 24, "type": "u32" },
        "output_width": { "offset": 28, "type": "u32" },
        "kernel_height": { "offset": 32, "type": "u32" },
        "kernel_width": { "offset": 36, "type": "u32" },
        "stride_y": { "offset": 40, "type": "u32" },
        "stride_x": { "offset": 44, "type": "u32" },
        "top": { "offset": 48, "type": "u32" },
        "left": { "offset": 52, "type": "u32" },
        "parameter_quads": { "offset": 56, "type": "u32" },
        "slab_rows": { "offset": 60, "type": "u32" },
        "own_source": { "offset": 64, "type": "u32" },
        "homogeneous": { "offset": 68, "type": "u32" }
      }
    },
    "Batch": {
      "size": 8,
      "fields": {
        "count": { "offset": 0, "type": "u32" },
        "first_job": { "offset": 4, "type": "u32" }
      }
    },
    "Job": {
      "size": 4,
      "fields": {
        "network": { "offset": 0, "type": "u32" }
      }
    },
    "Taps": {
      "size": 24,
      "fields": {
        "y": { "offset": 0, "type": "i32" },
        "x": { "offset": 4, "type": "i32" },
        "rows": { "offset": 8, "type": "vec2" },
        "columns": { "offset": 16, "type": "vec2" }
      }
    }
  },
  "entries": {
    "convolve": {
      "variants": {
        "": {
          "workgroupSize": [ 1, 32, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "map_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "map_rows", "output_quads" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "map_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "map_rows", "output_quads" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "map_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "parameter_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "map_rows", "output_quads" ] }
          }
        }
      }
    }
  },
  "source": "// One convolution for a batch of independent jobs:\n//   outputs[j, s, (y, x), o] = act( bias_o + sum over taps (ky, kx) and channels c of\n//     inputs[j, s, (y stride_y + ky - top, x stride_x + kx - left), c] * parameters[network_j, o, (ky, kx), c] ),\n// taps that lie outside of the map adding nothing.\n// Maps: a row for each sample and position, positions row by row, a lane for each channel, zeros behind the last. The bias\n// is apart from the taps, since it holds at the border, too: so maps have no lane of 1, but for those of one position, which\n// dense layers read: their rows are homogeneous, as forward.wgsl has them.\n// Grid: x = positions of the output, y = tiles of outputs within tiles of samples, z = jobs. A tile is at ONE position: which\n// taps lie within the map is the same for all of it, so borders cost nothing, and any stride fits. A tile has one owner, no\n// atomics are needed, and the sum runs over taps, then channels, in an order that depends on the layer alone. Two forms:\n// - plain: an invocation owns 4 samples x 4 outputs. No barriers, which are ruinous on software adapters.\n// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes and owns 32 samples x 16\n//   outputs; parameters are loaded by one lane and broadcast. See parts/convolution-subgroup.wgsl.\n// Preconditions: batch.count >= 1; channels past the last are 0, in maps and in parameters.\n// Variants: \"\"; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.\n\n#if SUBGROUP\nenable subgroups;\n#endif\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\nstruct Layer {\n  channels: u32,        // of the map below\n  input_quads: u32,     // quads of a row of it\n  input_height: u32,\n  input_width: u32,\n  outputs: u32,         // channels of the layer\n  output_quads: u32,    // quads of a row of its map\n  output_height: u32,\n  output_width: u32,\n  kernel_height: u32,\n  kernel_width: u32,\n  stride_y: u32,\n  stride_x: u32,\n  top: u32,             // rows of zeros above the map, and columns to its left\n  left: u32,\n  parameter_quads: u32, // quads of a row of `parameters`: those of all taps, and one of bias\n  slab_rows: u32,       // samples of one slab\n  own_source: u32,      // 1: job z reads slab z of `inputs` (its own); 0: the slab of its network, shared by many jobs\n  homogeneous: u32,     // 1: rows of `outputs` end with a lane of 1\n}\nstruct Batch {\n  count: u32,     // samples in this batch\n  first_job: u32, // jobs[first_job + z] is what slab z of `outputs` is for\n}\nstruct Job {\n  network: u32, // row of `parameters`\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> batch: Batch;\n@group(0) @binding(2) var<storage, read> jobs: array<Job>;             // [jobs]\n@group(0) @binding(3) var<storage, read> inputs: array<vec4<f32>>;     // [slabs, map_rows, input_quads]\n@group(0) @binding(4) var<storage, read> parameters: array<vec4<f32>>; // [networks, outputs, parameter_quads]\n@group(0) @binding(5) var<storage, read_write> outputs: array<vec4<f32>>; // [jobs, map_rows, output_quads]\n\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n// A quad of a row of a map: behind the last channel the lane of 1, where rows have it, then zeros.\nfn padded_map(values: vec4<f32>, quad: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  let is_one = (unit == vec4<u32>(layer.outputs)) & vec4<bool>(layer.homogeneous == 1u);\n  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), is_one);\n  return select(padding, values, unit < vec4<u32>(layer.outputs));\n}\n\n// The first and the end of the taps along one axis that lie within the map; `at` is where the first one would be.\nfn taps_within(at: i32, kernel: u32, extent: u32) -> vec2<u32> {\n  return vec2<u32>(u32(clamp(-at, 0, i32(kernel))), u32(clamp(i32(extent) - at, 0, i32(kernel))));\n}\n\n// What the window at one place reads: where its first tap would be, and the taps within the map, first and end.\nstruct Taps {\n  y: i32,\n  x: i32,\n  rows: vec2<u32>,\n  columns: vec2<u32>,\n}\n\nfn taps_at(place_y: u32, place_x: u32) -> Taps {\n  let y = i32(place_y * layer.stride_y) - i32(layer.top);\n  let x = i32(place_x * layer.stride_x) - i32(layer.left);\n  let rows = taps_within(y, layer.kernel_height, layer.input_height);\n  let columns = taps_within(x, layer.kernel_width, layer.input_width);\n  return Taps(y, x, rows, columns);\n}\n\n// First quad of the map that holds sample s of the job's source; samples past the batch repeat its last one.\nfn source_map(job: u32, slab: u32, sample: u32) -> u32 {\n  let s = min(sample, batch.count - 1u);\n  let own = select(jobs[job].network, slab, layer.own_source == 1u);\n  return (own * layer.slab_rows + s) * layer.input_height * layer.input_width * layer.input_quads;\n}\n\n// First quad of a parameter row; rows past the last output repeat it and are replaced by padding.\nfn parameter_row(job: u32, output: u32) -> u32 {\n  return (jobs[job].network * layer.outputs + min(output, layer.outputs - 1u)) * layer.parameter_quads;\n}\n\nfn write_quad(sum: vec4<f32>, slab: u32, sample: u32, position: u32, quad: u32) {\n  if (sample >= batch.count || quad >= layer.output_quads) { return; }\n  let area = layer.output_height * layer.output_width;\n  let slot = ((slab * layer.slab_rows + sample) * area + position) * layer.output_quads + quad;\n  outputs[slot] = padded_map(activate(sum), quad);\n}\n\n#if SUBGROUP\n// convolve in its SUBGROUP form: see convolution.wgsl.\n\n// A tile of 32 rows x 16 outputs that a subgroup of 4 or 8 lanes owns: its quads a lane, and what lanes hand to each other.\n\n#if LANES_4\nconst LANES: u32 = 4u;\nconst TILE_QUADS: u32 = 32u;\n#else\nconst LANES: u32 = 8u;\nconst TILE_QUADS: u32 = 16u;\n#endif\n\n// The quads of lanes 0 to 3, as columns.\nfn broadcast_0(v: vec4<f32>) -> mat4x4<f32> {\n  return mat4x4<f32>(\n    subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u),\n  );\n}\n\n#if LANES_8\n// The quads of lanes 4 to 7, as columns.\nfn broadcast_4(v: vec4<f32>) -> mat4x4<f32> {\n  return mat4x4<f32>(\n    subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u),\n  );\n}\n#endif\n\n// The values of lanes 0 to 3: biases of four outputs.\nfn low_lanes(v: f32) -> vec4<f32> {\n  return vec4<f32>(\n    subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u),\n  );\n}\n\n#if LANES_8\nfn high_lanes(v: f32) -> vec4<f32> {\n  return vec4<f32>(\n    subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u),\n  );\n}\n#endif\n\n@compute @workgroup_size(LANES)\nfn convolve(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {\n  let position = tile.x;\n  let output_tiles = (layer.output_quads + 3u) / 4u;\n  let quad = tile.y % output_tiles * 4u;\n  let sample = tile.y / output_tiles * 32u + lane;\n  let job = batch.first_job + tile.z;\n  let row = quad * 4u + lane;\n  let w0 = parameter_row(job, row);\n  let w1 = parameter_row(job, row + LANES);\n  let last = layer.parameter_quads - 1u;\n#if LANES_4\n  let w2 = parameter_row(job, row + 8u);\n  let w3 = parameter_row(job, row + 12u);\n  let bias_a = low_lanes(parameters[w0 + last].x);\n  let bias_b = low_lanes(parameters[w1 + last].x);\n  let bias_c = low_lanes(parameters[w2 + last].x);\n  let bias_d = low_lanes(parameters[w3 + last].x);\n  let x4 = source_map(job, tile.z, sample + 16u);\n  let x5 = source_map(job, tile.z, sample + 20u);\n  let x6 = source_map(job, tile.z, sample + 24u);\n  let x7 = source_map(job, tile.z, sample + 28u);\n  var z4a = bias_a; var z4b = bias_b; var z4c = bias_c; var z4d = bias_d;\n  var z5a = bias_a; var z5b = bias_b; var z5c = bias_c; var z5d = bias_d;\n  var z6a = bias_a; var z6b = bias_b; var z6c = bias_c; var z6d = bias_d;\n  var z7a = bias_a; var z7b = bias_b; var z7c = bias_c; var z7d = bias_d;\n#else\n  let bias_a = low_lanes(parameters[w0 + last].x);\n  let bias_b = high_lanes(parameters[w0 + last].x);\n  let bias_c = low_lanes(parameters[w1 + last].x);\n  let bias_d = high_lanes(parameters[w1 + last].x);\n#endif\n  let x0 = source_map(job, tile.z, sample);\n  let x1 = source_map(job, tile.z, sample + LANES);\n  let x2 = source_map(job, tile.z, sample + 2u * LANES);\n  let x3 = source_map(job, tile.z, sample + 3u * LANES);\n  var z0a = bias_a; var z0b = bias_b; var z0c = bias_c; var z0d = bias_d;\n  var z1a = bias_a; var z1b = bias_b; var z1c = bias_c; var z1d = bias_d;\n  var z2a = bias_a; var z2b = bias_b; var z2c = bias_c; var z2d = bias_d;\n  var z3a = bias_a; var z3b = bias_b; var z3c = bias_c; var z3d = bias_d;\n  let taps = taps_at(position / layer.output_width, position % layer.output_width);\n  for (var ky = taps.rows.x; ky < taps.rows.y; ky++) {\n    let source = (u32(taps.y + i32(ky)) * layer.input_width + u32(taps.x + i32(taps.columns.x))) * layer.input_quads;\n    let tap = (ky * layer.kernel_width + taps.columns.x) * layer.input_quads;\n    for (var i = 0u; i < (taps.columns.y - taps.columns.x) * layer.input_quads; i++) {\n      let at = source + i;\n      let v0 = parameters[w0 + tap + i];\n      let v1 = parameters[w1 + tap + i];\n#if LANES_4\n      let v2 = parameters[w2 + tap + i];\n      let v3 = parameters[w3 + tap + i];\n      let a = broadcast_0(v0);\n      let b = broadcast_0(v1);\n      let c = broadcast_0(v2);\n      let d = broadcast_0(v3);\n      let s4 = inputs[x4 + at];\n      z4a += s4 * a; z4b += s4 * b; z4c += s4 * c; z4d += s4 * d;\n      let s5 = inputs[x5 + at];\n      z5a += s5 * a; z5b += s5 * b; z5c += s5 * c; z5d += s5 * d;\n      let s6 = inputs[x6 + at];\n      z6a += s6 * a; z6b += s6 * b; z6c += s6 * c; z6d += s6 * d;\n      let s7 = inputs[x7 + at];\n      z7a += s7 * a; z7b += s7 * b; z7c += s7 * c; z7d += s7 * d;\n#else\n      let a = broadcast_0(v0);\n      let b = broadcast_4(v0);\n      let c = broadcast_0(v1);\n      let d = broadcast_4(v1);\n#endif\n      let s0 = inputs[x0 + at];\n      z0a += s0 * a; z0b += s0 * b; z0c += s0 * c; z0d += s0 * d;\n      let s1 = inputs[x1 + at];\n      z1a += s1 * a; z1b += s1 * b; z1c += s1 * c; z1d += s1 * d;\n      let s2 = inputs[x2 + at];\n      z2a += s2 * a; z2b += s2 * b; z2c += s2 * c; z2d += s2 * d;\n      let s3 = inputs[x3 + at];\n      z3a += s3 * a; z3b += s3 * b; z3c += s3 * c; z3d += s3 * d;\n    }\n  }\n  // A loop that no driver can unroll, since its bound (TILE_QUADS, in effect) is no constant: unrolled 16 or 32 times, the\n  // activation makes compilation take seconds.\n#if LANES_4\n  var values = array<vec4<f32>, 32>(\n    z0a, z0b, z0c, z0d,\n    z1a, z1b, z1c, z1d,\n    z2a, z2b, z2c, z2d,\n    z3a, z3b, z3c, z3d,\n    z4a, z4b, z4c, z4d,\n    z5a, z5b, z5c, z5d,\n    z6a, z6b, z6c, z6d,\n    z7a, z7b, z7c, z7d,\n  );\n#else\n  var values = array<vec4<f32>, 16>(\n    z0a, z0b, z0c, z0d,\n    z1a, z1b, z1c, z1d,\n    z2a, z2b, z2c, z2d,\n    z3a, z3b, z3c, z3d,\n  );\n#endif\n  for (var n = 0u; n < min(TILE_QUADS, layer.output_quads * 32u); n++) {\n    write_quad(values[n], tile.z, sample + n / 4u * LANES, position, quad + n % 4u);\n  }\n}\n#else\n@compute @workgroup_size(1, 32)\nfn convolve(@builtin(global_invocation_id) id: vec3<u32>) {\n  let position = id.x;\n  let quad = id.y % layer.output_quads;\n  let sample = id.y / layer.output_quads * 4u;\n  let job = batch.first_job + id.z;\n  if (position >= layer.output_height * layer.output_width || sample >= batch.count) { return; }\n  let w0 = parameter_row(job, quad * 4u);\n  let w1 = parameter_row(job, quad * 4u + 1u);\n  let w2 = parameter_row(job, quad * 4u + 2u);\n  let w3 = parameter_row(job, quad * 4u + 3u);\n  let x0 = source_map(job, id.z, sample);\n  let x1 = source_map(job, id.z, sample + 1u);\n  let x2 = source_map(job, id.z, sample + 2u);\n  let x3 = source_map(job, id.z, sample + 3u);\n  let last = layer.parameter_quads - 1u;\n  let bias = vec4<f32>(\n    parameters[w0 + last].x, parameters[w1 + last].x, parameters[w2 + last].x, parameters[w3 + last].x,\n  );\n  var z0 = bias;\n  var z1 = bias;\n  var z2 = bias;\n  var z3 = bias;\n  let taps = taps_at(position / layer.output_width, position % layer.output_width);\n  for (var ky = taps.rows.x; ky < taps.rows.y; ky++) {\n    // Taps of one row of the kernel lie side by side, and so do the rows of the map that they read.\n    let source = (u32(taps.y + i32(ky)) * layer.input_width + u32(taps.x + i32(taps.columns.x))) * layer.input_quads;\n    let tap = (ky * layer.kernel_width + taps.columns.x) * layer.input_quads;\n    for (var i = 0u; i < (taps.columns.y - taps.columns.x) * layer.input_quads; i++) {\n      let w = mat4x4<f32>(\n        parameters[w0 + tap + i], parameters[w1 + tap + i], parameters[w2 + tap + i], parameters[w3 + tap + i],\n      );\n      z0 += inputs[x0 + source + i] * w;\n      z1 += inputs[x1 + source + i] * w;\n      z2 += inputs[x2 + source + i] * w;\n      z3 += inputs[x3 + source + i] * w;\n    }\n  }\n  write_quad(z0, id.z, sample, position, quad);\n  write_quad(z1, id.z, sample + 1u, position, quad);\n  write_quad(z2, id.z, sample + 2u, position, quad);\n  write_quad(z3, id.z, sample + 3u, position, quad);\n}\n#endif\n"
} as const;

export const forward = {
  "file": "shaders/forward.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Layer": {
      "size": 32,
      "fields": {
        "input_quads": { "offset": 0, "type": "u32" },
        "outputs": { "offset": 4, "type": "u32" },
        "output_quads": { "offset": 8, "type": "u32" },
        "slab_rows": { "offset": 12, "type": "u32" },
        "order_rows": { "offset": 16, "type": "u32" },
        "own_source": { "offset": 20, "type": "u32" },
        "hidden_quads": { "offset": 24, "type": "u32" },
        "hidden_offset": { "offset": 28, "type": "u32" }
      }
    },
    "Batch": {
      "size": 12,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "first_job": { "offset": 8, "type": "u32" }
      }
    },
    "Job": {
      "size": 16,
      "fields": {
        "network": { "offset": 0, "type": "u32" },
        "curve": { "offset": 4, "type": "u32" },
        "replacement": { "offset": 8, "type": "u32" },
        "removed": { "offset": 12, "type": "u32" }
      }
    },
    "Mask": {
      "size": 32,
      "fields": {
        "removed": { "offset": 0, "type": "vec4" },
        "value": { "offset": 16, "type": "vec4" }
      }
    }
  },
  "entries": {
    "forward_layer": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "FLOATS": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "MASKED": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "positions": { "binding": 7, "kind": "read-only-storage", "element": "u32", "shape": [ "curves", "hidden_quads" ] },
            "replacements": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "replacements", "hidden_quads" ] }
          }
        },
        "SLOPES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SLOPES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SLOPES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "MASKED+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "positions": { "binding": 7, "kind": "read-only-storage", "element": "u32", "shape": [ "curves", "hidden_quads" ] },
            "replacements": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "replacements", "hidden_quads" ] }
          }
        },
        "SLOPES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SLOPES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SLOPES+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "FLOATS+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "MASKED+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "positions": { "binding": 7, "kind": "read-only-storage", "element": "u32", "shape": [ "curves", "hidden_quads" ] },
            "replacements": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "replacements", "hidden_quads" ] }
          }
        },
        "SLOPES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SLOPES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SLOPES+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "FLOATS+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        },
        "MASKED+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "positions": { "binding": 7, "kind": "read-only-storage", "element": "u32", "shape": [ "curves", "hidden_quads" ] },
            "replacements": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "replacements", "hidden_quads" ] }
          }
        },
        "SLOPES+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "BYTES+GATHERED+SLOPES+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "pixels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        },
        "FLOATS+GATHERED+SLOPES+SHARED": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "values": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "samples", "input_quads" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "outputs": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] },
            "order": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "slopes": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "jobs", "slab_rows", "output_quads" ] }
          }
        }
      }
    }
  },
  "source": "// One dense layer for a batch of independent jobs:\n//   outputs[j, s, o] = act( sum_i source[j, s, i] * parameters[network_j, o, i] ),   lane i = inputs is the bias.\n// Homogeneous coordinates: every row of samples ends in one lane of 1 (then zeros up to a multiple of 4), and every row\n// of `parameters` holds its bias there, so bias, its gradient and its update need no code of their own.\n// Grid: x = tiles of outputs, y = tiles of samples, z = jobs. A tile has one owner, no atomics are needed, and the sum\n// over i runs in an order that depends on the number of inputs alone. Three forms, which differ in speed (and rounding):\n// - plain: an invocation owns 4 samples x 4 outputs. No barriers, which are ruinous on software adapters.\n// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes and owns 32 samples x 16\n//   outputs. A lane owns every 4th (8th) sample. Each parameter is loaded by one lane and broadcast to the others: software\n//   adapters load lane by lane, so this saves most of their work. No barriers. See parts/forward-subgroup.wgsl.\n// - SHARED: a workgroup of 256 owns 32 samples x 32 outputs and stages both operands in workgroup memory, for GPUs. See\n//   parts/workgroup-tile.wgsl and parts/forward-shared.wgsl.\n// Preconditions: strides are multiples of 4; batch.count >= 1; padding lanes are as written here.\n// The source of the first layer is a split, shared by all jobs: BYTES, input values are bytes / 255; or FLOATS, as they are.\n// GATHERED: sample s is row order[network, batch.first + s].\n// SLOPES: act'(z) is written, too, for the backward pass of functions whose value does not tell it.\n// MASKED: input neurons whose position in the job's removal order is below job.removed read as replacements.\n// Variants: \"\", BYTES, BYTES+GATHERED, FLOATS, FLOATS+GATHERED, MASKED, SLOPES, BYTES+GATHERED+SLOPES, FLOATS+GATHERED+SLOPES; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8 and with SHARED.\n\n#if SUBGROUP\nenable subgroups;\n#endif\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\nstruct Layer {\n  input_quads: u32,   // quads of a source row, the homogeneous lane included\n  outputs: u32,       // units computed\n  output_quads: u32,  // quads of an output row: ceil((outputs + 1) / 4)\n  slab_rows: u32,     // rows of one slab of `outputs` and `inputs`\n  order_rows: u32,    // GATHERED: rows of `order` for one network\n  own_source: u32,    // 1: job z reads slab z of `inputs` (its own); 0: the slab of its network, shared by many jobs\n  hidden_quads: u32,  // MASKED: quads of a row of `positions` and `replacements`\n  hidden_offset: u32, // MASKED: quad at which this layer's input neurons begin there\n}\nstruct Batch {\n  first: u32,     // first sample (position in `order`, or row of `pixels` or `values`)\n  count: u32,     // samples in this batch\n  first_job: u32, // jobs[first_job + z] is what slab z of `outputs` is for\n}\nstruct Job {\n  network: u32,     // row of `parameters`\n  curve: u32,       // MASKED: row of `positions`\n  replacement: u32, // MASKED: row of `replacements`\n  removed: u32,     // MASKED: number of neurons removed\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> batch: Batch;\n@group(0) @binding(2) var<storage, read> jobs: array<Job>;             // [jobs]\n#if BYTES\n@group(0) @binding(3) var<storage, read> pixels: array<u32>;           // [samples, input_quads]\n#elif FLOATS\n@group(0) @binding(3) var<storage, read> values: array<vec4<f32>>;     // [samples, input_quads]\n#else\n@group(0) @binding(3) var<storage, read> inputs: array<vec4<f32>>;     // [slabs, slab_rows, input_quads]\n#endif\n@group(0) @binding(4) var<storage, read> parameters: array<vec4<f32>>; // [networks, outputs, input_quads]\n@group(0) @binding(5) var<storage, read_write> outputs: array<vec4<f32>>; // [jobs, slab_rows, output_quads]\n#if GATHERED\n@group(0) @binding(6) var<storage, read> order: array<u32>;            // [networks, samples]\n#endif\n#if MASKED\n@group(0) @binding(7) var<storage, read> positions: array<vec4<u32>>;  // [curves, hidden_quads]\n@group(0) @binding(8) var<storage, read> replacements: array<vec4<f32>>; // [replacements, hidden_quads]\n#endif\n#if SLOPES\n@group(0) @binding(9) var<storage, read_write> slopes: array<vec4<f32>>; // [jobs, slab_rows, output_quads]\n#endif\n\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n#if SLOPES\n// act'(z) of GELU, whose value does not tell it: of z p(z) it is p + z p'. Finite for every finite z, and NaN stays NaN.\nfn slope(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)); // beyond, p' is 0\n  if (ACTIVATION == 7u) { return normal_probability(z) + z * (0.39894228 * exp(-0.5 * x * x)); }\n  // p is the sigmoid of 2 u, and p' is p (1 - p) times the derivative of 2 u.\n  let e = tanh_exponential(z);\n  let p = select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  return p + z * (e / ((1.0 + e) * (1.0 + e)) * (1.5957691 + 0.2140644 * x * x));\n}\n#endif\n\n// First quad of the row that holds sample s of the job's source; rows past the batch repeat its last one.\nfn source_row(job: u32, slab: u32, sample: u32) -> u32 {\n  let s = min(sample, batch.count - 1u);\n#if GATHERED\n  return order[jobs[job].network * layer.order_rows + batch.first + s] * layer.input_quads;\n#elif BYTES\n  return (batch.first + s) * layer.input_quads;\n#elif FLOATS\n  return (batch.first + s) * layer.input_quads;\n#else\n  return (select(jobs[job].network, slab, layer.own_source == 1u) * layer.slab_rows + s) * layer.input_quads;\n#endif\n}\n\nfn source_quad(index: u32) -> vec4<f32> {\n#if BYTES\n  return vec4<f32>(unpack4xU8(pixels[index])) * (1.0 / 255.0);\n#elif FLOATS\n  return values[index];\n#else\n  return inputs[index];\n#endif\n}\n\n// What a job's removals make of one quad of its input: the same for all samples, so it is looked up once for a tile.\nstruct Mask {\n  removed: vec4<bool>,\n  value: vec4<f32>,\n}\n\nfn mask_quad(job: u32, quad: u32) -> Mask {\n#if MASKED\n  let at = layer.hidden_offset + quad;\n  let removed = positions[jobs[job].curve * layer.hidden_quads + at] < vec4<u32>(jobs[job].removed);\n  return Mask(removed, replacements[jobs[job].replacement * layer.hidden_quads + at]);\n#else\n  return Mask(vec4<bool>(false), vec4<f32>(0.0));\n#endif\n}\n\nfn masked(value: vec4<f32>, mask: Mask) -> vec4<f32> {\n#if MASKED\n  return select(value, mask.value, mask.removed);\n#else\n  return value;\n#endif\n}\n\n// A quad of a row of units: those past the last one are padding, the homogeneous 1, then zeros.\nfn with_padding(values: vec4<f32>, quad: u32, units: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(units));\n  return select(padding, values, unit < vec4<u32>(units));\n}\n\nfn write_quad(value: vec4<f32>, slab: u32, sample: u32, quad: u32) {\n  if (sample >= batch.count || quad >= layer.output_quads) { return; }\n  let slot = (slab * layer.slab_rows + sample) * layer.output_quads + quad;\n  outputs[slot] = with_padding(activate(value), quad, layer.outputs);\n#if SLOPES\n  slopes[slot] = slope(value); // past the last unit nobody reads it\n#endif\n}\n\n// First quad of a parameter row; rows past the last output repeat it and are replaced by padding.\nfn parameter_row(job: u32, output: u32) -> u32 {\n  return (jobs[job].network * layer.outputs + min(output, layer.outputs - 1u)) * layer.input_quads;\n}\n\n#if SHARED\n// A product's tile of 32 x 32 values, computed by a workgroup of 256 with both operands staged in workgroup memory. For\n// GPUs: each value is loaded from device memory once a tile and used 32 times; barriers are ruinous on software adapters.\n// The 256 invocations are 4 groups of 64. A group holds the whole tile in registers, 4 rows x 1 quad an invocation (rows\n// 4 ty .. 4 ty + 3, quad tx), and sums its own quarter of every staged chunk, so that a workgroup has four times the loads\n// in flight that 64 invocations would have: at batch 32 there are few workgroups, and loads are what they wait for. At the\n// end `summed` adds the groups up, in one fixed order. Memory: 16 KiB, what every WebGPU device has.\n\nconst TILE_LEFT: u32 = 0u;    // first quad of the staged left operand\nconst TILE_RIGHT: u32 = 512u; // first quad of the staged right operand\n\nvar<workgroup> tile: array<vec4<f32>, 1024>;\n\n// Where an invocation stands in its group.\nstruct Place {\n  group: u32, // which quarter of every chunk it sums\n  ty: u32,    // its rows are 4 ty .. 4 ty + 3\n  tx: u32,    // its quad of columns\n}\n\nfn place_of(thread: u32) -> Place {\n  return Place(thread / 64u, thread / 8u % 8u, thread % 8u);\n}\n\n// Slot of quad `quad` (of 16) in row `row` (of 32): rows that are read together lie in different banks, without padding.\nfn swizzled(row: u32, quad: u32) -> u32 {\n  return row * 16u + (quad ^ (row & 7u));\n}\n\n// Adds the groups' sums up. Invocation `thread` is given row thread / 8 and quad thread % 8 of the tile. To be called by\n// all invocations, when all are done with what is staged.\nfn summed(thread: u32, row0: vec4<f32>, row1: vec4<f32>, row2: vec4<f32>, row3: vec4<f32>) -> vec4<f32> {\n  let at = place_of(thread);\n  let slot = at.group * 256u + at.ty * 32u + at.tx;\n  tile[slot] = row0;\n  tile[slot + 8u] = row1;\n  tile[slot + 16u] = row2;\n  tile[slot + 24u] = row3;\n  workgroupBarrier();\n  return (tile[thread] + tile[thread + 256u]) + (tile[thread + 512u] + tile[thread + 768u]);\n}\n// forward_layer in its SHARED form: see forward.wgsl and workgroup-tile.wgsl.\n// A chunk is 16 quads of inputs. Rows of the left operand are samples, of the right one outputs; invocation t loads quads\n// t % 8 and t % 8 + 8 of row t / 8 of both, the next chunk's while this one is summed.\n\n// A quad of the job's source, 0 past the last one.\nfn staged_source(job: u32, row: u32, quad: u32) -> vec4<f32> {\n  if (quad >= layer.input_quads) { return vec4<f32>(0.0); }\n  return masked(source_quad(row + quad), mask_quad(job, quad));\n}\n\n// A quad of parameters, 0 past the last one.\nfn staged_parameters(row: u32, quad: u32) -> vec4<f32> {\n  if (quad >= layer.input_quads) { return vec4<f32>(0.0); }\n  return parameters[row + quad];\n}\n\n@compute @workgroup_size(256)\nfn forward_layer(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {\n  let job = batch.first_job + at.z;\n  let own = place_of(thread);\n  let row = thread / 8u;\n  let column = thread % 8u;\n  let source = source_row(job, at.z, at.y * 32u + row);\n  let weights = parameter_row(job, at.x * 32u + row);\n  // Outputs 4 tx .. 4 tx + 3 stand in rows tx, 8 + tx, 16 + tx and 24 + tx: the rows that 8 invocations read at once are\n  // then neighbours, and in different banks.\n  let output_row = row % 4u * 8u + row / 4u;\n  let left = TILE_LEFT + swizzled(row, column);\n  let right = TILE_RIGHT + swizzled(output_row, column);\n  var x0 = staged_source(job, source, column);\n  var x1 = staged_source(job, source, column + 8u);\n  var w0 = staged_parameters(weights, column);\n  var w1 = staged_parameters(weights, column + 8u);\n  var z0 = vec4<f32>(0.0);\n  var z1 = vec4<f32>(0.0);\n  var z2 = vec4<f32>(0.0);\n  var z3 = vec4<f32>(0.0);\n  for (var chunk = 0u; chunk < layer.input_quads; chunk += 16u) {\n    tile[left] = x0;\n    tile[left + 8u] = x1;\n    tile[right] = w0;\n    tile[right + 8u] = w1;\n    workgroupBarrier();\n    let next = chunk + 16u + column;\n    x0 = staged_source(job, source, next);\n    x1 = staged_source(job, source, next + 8u);\n    w0 = staged_parameters(weights, next);\n    w1 = staged_parameters(weights, next + 8u);\n    for (var n = 0u; n < 4u; n++) {\n      let quad = own.group * 4u + n;\n      let w = mat4x4<f32>(\n        tile[TILE_RIGHT + swizzled(own.tx, quad)],\n        tile[TILE_RIGHT + swizzled(own.tx + 8u, quad)],\n        tile[TILE_RIGHT + swizzled(own.tx + 16u, quad)],\n        tile[TILE_RIGHT + swizzled(own.tx + 24u, quad)],\n      );\n      z0 += tile[TILE_LEFT + swizzled(own.ty * 4u, quad)] * w;\n      z1 += tile[TILE_LEFT + swizzled(own.ty * 4u + 1u, quad)] * w;\n      z2 += tile[TILE_LEFT + swizzled(own.ty * 4u + 2u, quad)] * w;\n      z3 += tile[TILE_LEFT + swizzled(own.ty * 4u + 3u, quad)] * w;\n    }\n    workgroupBarrier();\n  }\n  let sum = summed(thread, z0, z1, z2, z3);\n  write_quad(sum, at.z, at.y * 32u + row, at.x * 8u + column);\n}\n#elif SUBGROUP\n// forward_layer in its SUBGROUP form: see forward.wgsl.\n\n// A tile of 32 rows x 16 outputs that a subgroup of 4 or 8 lanes owns: its quads a lane, and what lanes hand to each other.\n\n#if LANES_4\nconst LANES: u32 = 4u;\nconst TILE_QUADS: u32 = 32u;\n#else\nconst LANES: u32 = 8u;\nconst TILE_QUADS: u32 = 16u;\n#endif\n\n// The quads of lanes 0 to 3, as columns.\nfn broadcast_0(v: vec4<f32>) -> mat4x4<f32> {\n  return mat4x4<f32>(\n    subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u),\n  );\n}\n\n#if LANES_8\n// The quads of lanes 4 to 7, as columns.\nfn broadcast_4(v: vec4<f32>) -> mat4x4<f32> {\n  return mat4x4<f32>(\n    subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u),\n  );\n}\n#endif\n\n@compute @workgroup_size(LANES)\nfn forward_layer(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {\n  let quad = tile.x * 4u;\n  let sample = tile.y * 32u + lane;\n  let job = batch.first_job + tile.z;\n  let last = layer.outputs - 1u;\n  let matrix = jobs[job].network * layer.outputs;\n  let row = quad * 4u + lane;\n  let w0 = (matrix + min(row, last)) * layer.input_quads;\n  let w1 = (matrix + min(row + LANES, last)) * layer.input_quads;\n#if LANES_4\n  let w2 = (matrix + min(row + 8u, last)) * layer.input_quads;\n  let w3 = (matrix + min(row + 12u, last)) * layer.input_quads;\n  let x4 = source_row(job, tile.z, sample + 16u);\n  let x5 = source_row(job, tile.z, sample + 20u);\n  let x6 = source_row(job, tile.z, sample + 24u);\n  let x7 = source_row(job, tile.z, sample + 28u);\n  var z4a = vec4<f32>(0.0); var z4b = vec4<f32>(0.0); var z4c = vec4<f32>(0.0); var z4d = vec4<f32>(0.0);\n  var z5a = vec4<f32>(0.0); var z5b = vec4<f32>(0.0); var z5c = vec4<f32>(0.0); var z5d = vec4<f32>(0.0);\n  var z6a = vec4<f32>(0.0); var z6b = vec4<f32>(0.0); var z6c = vec4<f32>(0.0); var z6d = vec4<f32>(0.0);\n  var z7a = vec4<f32>(0.0); var z7b = vec4<f32>(0.0); var z7c = vec4<f32>(0.0); var z7d = vec4<f32>(0.0);\n#endif\n  let x0 = source_row(job, tile.z, sample);\n  let x1 = source_row(job, tile.z, sample + LANES);\n  let x2 = source_row(job, tile.z, sample + 2u * LANES);\n  let x3 = source_row(job, tile.z, sample + 3u * LANES);\n  var z0a = vec4<f32>(0.0); var z0b = vec4<f32>(0.0); var z0c = vec4<f32>(0.0); var z0d = vec4<f32>(0.0);\n  var z1a = vec4<f32>(0.0); var z1b = vec4<f32>(0.0); var z1c = vec4<f32>(0.0); var z1d = vec4<f32>(0.0);\n  var z2a = vec4<f32>(0.0); var z2b = vec4<f32>(0.0); var z2c = vec4<f32>(0.0); var z2d = vec4<f32>(0.0);\n  var z3a = vec4<f32>(0.0); var z3b = vec4<f32>(0.0); var z3c = vec4<f32>(0.0); var z3d = vec4<f32>(0.0);\n  for (var i = 0u; i < layer.input_quads; i++) {\n    let mask = mask_quad(job, i);\n    let v0 = parameters[w0 + i];\n    let v1 = parameters[w1 + i];\n#if LANES_4\n    let v2 = parameters[w2 + i];\n    let v3 = parameters[w3 + i];\n    let a = broadcast_0(v0);\n    let b = broadcast_0(v1);\n    let c = broadcast_0(v2);\n    let d = broadcast_0(v3);\n    let s4 = masked(source_quad(x4 + i), mask);\n    z4a += s4 * a; z4b += s4 * b; z4c += s4 * c; z4d += s4 * d;\n    let s5 = masked(source_quad(x5 + i), mask);\n    z5a += s5 * a; z5b += s5 * b; z5c += s5 * c; z5d += s5 * d;\n    let s6 = masked(source_quad(x6 + i), mask);\n    z6a += s6 * a; z6b += s6 * b; z6c += s6 * c; z6d += s6 * d;\n    let s7 = masked(source_quad(x7 + i), mask);\n    z7a += s7 * a; z7b += s7 * b; z7c += s7 * c; z7d += s7 * d;\n#else\n    let a = broadcast_0(v0);\n    let b = broadcast_4(v0);\n    let c = broadcast_0(v1);\n    let d = broadcast_4(v1);\n#endif\n    let s0 = masked(source_quad(x0 + i), mask);\n    z0a += s0 * a; z0b += s0 * b; z0c += s0 * c; z0d += s0 * d;\n    let s1 = masked(source_quad(x1 + i), mask);\n    z1a += s1 * a; z1b += s1 * b; z1c += s1 * c; z1d += s1 * d;\n    let s2 = masked(source_quad(x2 + i), mask);\n    z2a += s2 * a; z2b += s2 * b; z2c += s2 * c; z2d += s2 * d;\n    let s3 = masked(source_quad(x3 + i), mask);\n    z3a += s3 * a; z3b += s3 * b; z3c += s3 * c; z3d += s3 * d;\n  }\n  // A loop that no driver can unroll, since its bound (TILE_QUADS, in effect) is no constant: unrolled 16 or 32 times, the\n  // activation makes compilation take seconds.\n#if LANES_4\n  var values = array<vec4<f32>, 32>(\n    z0a, z0b, z0c, z0d,\n    z1a, z1b, z1c, z1d,\n    z2a, z2b, z2c, z2d,\n    z3a, z3b, z3c, z3d,\n    z4a, z4b, z4c, z4d,\n    z5a, z5b, z5c, z5d,\n    z6a, z6b, z6c, z6d,\n    z7a, z7b, z7c, z7d,\n  );\n#else\n  var values = array<vec4<f32>, 16>(\n    z0a, z0b, z0c, z0d,\n    z1a, z1b, z1c, z1d,\n    z2a, z2b, z2c, z2d,\n    z3a, z3b, z3c, z3d,\n  );\n#endif\n  for (var n = 0u; n < min(TILE_QUADS, layer.output_quads * 32u); n++) {\n    write_quad(values[n], tile.z, sample + n / 4u * LANES, quad + n % 4u);\n  }\n}\n#else\n@compute @workgroup_size(8, 8)\nfn forward_layer(@builtin(global_invocation_id) id: vec3<u32>) {\n  let quad = id.x;\n  let sample = id.y * 4u;\n  let job = batch.first_job + id.z;\n  if (quad >= layer.output_quads || sample >= batch.count) { return; }\n  let w0 = parameter_row(job, quad * 4u);\n  let w1 = parameter_row(job, quad * 4u + 1u);\n  let w2 = parameter_row(job, quad * 4u + 2u);\n  let w3 = parameter_row(job, quad * 4u + 3u);\n  let x0 = source_row(job, id.z, sample);\n  let x1 = source_row(job, id.z, sample + 1u);\n  let x2 = source_row(job, id.z, sample + 2u);\n  let x3 = source_row(job, id.z, sample + 3u);\n  var z0 = vec4<f32>(0.0);\n  var z1 = vec4<f32>(0.0);\n  var z2 = vec4<f32>(0.0);\n  var z3 = vec4<f32>(0.0);\n  for (var i = 0u; i < layer.input_quads; i++) {\n    let mask = mask_quad(job, i);\n    let w = mat4x4<f32>(parameters[w0 + i], parameters[w1 + i], parameters[w2 + i], parameters[w3 + i]);\n    z0 += masked(source_quad(x0 + i), mask) * w;\n    z1 += masked(source_quad(x1 + i), mask) * w;\n    z2 += masked(source_quad(x2 + i), mask) * w;\n    z3 += masked(source_quad(x3 + i), mask) * w;\n  }\n  write_quad(z0, id.z, sample, quad);\n  write_quad(z1, id.z, sample + 1u, quad);\n  write_quad(z2, id.z, sample + 2u, quad);\n  write_quad(z3, id.z, sample + 3u, quad);\n}\n#endif\n"
} as const;

export const gradientSums = {
  "file": "shaders/gradient-sums.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Stretch": {
      "size": 12,
      "fields": {
        "number": { "offset": 0, "type": "u32" },
        "first": { "offset": 4, "type": "u32" },
        "end": { "offset": 8, "type": "u32" }
      }
    },
    "Chunk": {
      "size": 32,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "unit_lanes": { "offset": 12, "type": "u32" },
        "units": { "offset": 16, "type": "u32" },
        "classes": { "offset": 20, "type": "u32" },
        "blocks": { "offset": 24, "type": "u32" },
        "offset": { "offset": 28, "type": "u32" }
      }
    }
  },
  "entries": {
    "add_gradients": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "unit_lanes" ] },
            "delta": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "unit_lanes" ] },
            "sums": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "units", "blocks" ] }
          }
        },
        "PREACTIVATIONS": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "unit_lanes" ] },
            "delta": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "unit_lanes" ] },
            "sums": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "units", "blocks" ] },
            "preactivations": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "unit_lanes" ] }
          }
        }
      }
    }
  },
  "source": "// What a hidden neuron's output t does to the loss L of each sample, summed over samples: with g = dL/dt, nats,\n//   add_gradients: sums[r, u, b] += sum over samples s in block b of (|g|, |g t|, g t, (g t)^2),  g = delta[r, s, u]\n//                  and then delta[r, s, u] = act' g = dL/dz, from which hidden_delta of backward.wgsl makes g of the layer below.\n// hidden_delta leaves g there where it is told that the activation is the identity: where act' is 0 its own product would not tell g.\n// Blocks are those of parts/sum-block.wgsl. An invocation owns a neuron's block, its sums and its deltas: no atomics, no barriers.\n// PREACTIVATIONS: act' of GELU does not follow from its value, so z is given.\n// Variants: \"\", PREACTIVATIONS.\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\n// A chunk of samples whose values are added up in blocks.\n// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: the first block of a page\n// may have begun with the page before, whose sums the host puts there. Within a block sums run in the order of the samples; the host\n// adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms is at most\n// 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).\n// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.\n\nconst BLOCK = 1024u; // samples of a float32 sum\n\n// What a chunk has of a block.\nstruct Stretch {\n  number: u32, // of the block in the page\n  first: u32,  // rows of the chunk\n  end: u32,\n}\n\n// Of the `place`-th block that a chunk of `count` samples touches; empty past the last one.\n// `earlier`: samples of the page's first block and of the page, up to this chunk.\nfn stretch_in(place: u32, earlier: u32, count: u32) -> Stretch {\n  let number = earlier / BLOCK + place;\n  let start = max(earlier, BLOCK * number);\n  let end = max(start, min(earlier + count, BLOCK * number + BLOCK));\n  return Stretch(number, start - earlier, end - earlier);\n}\n\nstruct Chunk {\n  first: u32,      // first sample of this chunk within the page\n  count: u32,      // samples in this chunk\n  slab_rows: u32,  // rows of one job in arrays of samples\n  unit_lanes: u32, // floats of a row there, padding included\n  units: u32,      // neurons\n  classes: u32,    // class sums: of the labels\n  blocks: u32,     // blocks of the page, that of `offset` included\n  offset: u32,     // samples of the page's first block that came before the page\n}\n\nfn stretch_of(place: u32) -> Stretch {\n  return stretch_in(place, chunk.offset + chunk.first, chunk.count);\n}\n\n@group(0) @binding(0) var<uniform> chunk: Chunk;\n@group(0) @binding(1) var<storage, read> activations: array<f32>;        // [networks, slab_rows, unit_lanes]\n@group(0) @binding(2) var<storage, read_write> delta: array<f32>;        // [networks, slab_rows, unit_lanes]\n@group(0) @binding(3) var<storage, read_write> sums: array<vec4<f32>>;   // [networks, units, blocks]\n#if PREACTIVATIONS\n@group(0) @binding(4) var<storage, read> preactivations: array<f32>;     // [networks, slab_rows, unit_lanes]\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n// act'(z) of GELU, whose value does not tell it: of z p(z) it is p + z p'. Finite for every finite z, and NaN stays NaN.\nfn slope(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)); // beyond, p' is 0\n  if (ACTIVATION == 7u) { return normal_probability(z) + z * (0.39894228 * exp(-0.5 * x * x)); }\n  // p is the sigmoid of 2 u, and p' is p (1 - p) times the derivative of 2 u.\n  let e = tanh_exponential(z);\n  let p = select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  return p + z * (e / ((1.0 + e) * (1.0 + e)) * (1.5957691 + 0.2140644 * x * x));\n}\n#else\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n#endif\n\nfn slope_of(slot: u32, t: f32) -> f32 {\n#if PREACTIVATIONS\n  return slope(vec4<f32>(preactivations[slot])).x;\n#else\n  return derivative(vec4<f32>(t)).x;\n#endif\n}\n\n// Grid: x = units, y = blocks that this chunk touches, z = networks.\n@compute @workgroup_size(64)\nfn add_gradients(@builtin(global_invocation_id) id: vec3<u32>) {\n  let stretch = stretch_of(id.y);\n  if (id.x >= chunk.units || stretch.first >= stretch.end) { return; }\n  let own = (id.z * chunk.units + id.x) * chunk.blocks + stretch.number;\n  var sum = sums[own];\n  for (var row = stretch.first; row < stretch.end; row++) {\n    let slot = (id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x;\n    let g = delta[slot];\n    let t = activations[slot];\n    let product = g * t;\n    sum += vec4<f32>(abs(g), abs(product), product, product * product);\n    delta[slot] = slope_of(slot, t) * g;\n  }\n  sums[own] = sum;\n}\n"
} as const;

export const histogram = {
  "file": "shaders/histogram.wgsl",
  "overrides": { "THRESHOLD": "f32" },
  "structs": {
    "Chunk": {
      "size": 28,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "unit_lanes": { "offset": 12, "type": "u32" },
        "units": { "offset": 16, "type": "u32" },
        "words": { "offset": 20, "type": "u32" },
        "classes": { "offset": 24, "type": "u32" }
      }
    }
  },
  "entries": {
    "pack_bits": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "slab_rows", "unit_lanes" ] },
            "bits": { "binding": 2, "kind": "storage", "element": "u32", "shape": [ "jobs", "units", "words" ] },
            "blocks": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "jobs", "units", "words" ] }
          }
        }
      }
    },
    "count_ones": {
      "variants": {
        "": {
          "workgroupSize": [ 16, 4, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "bits": { "binding": 2, "kind": "storage", "element": "u32", "shape": [ "jobs", "units", "words" ] },
            "class_bits": { "binding": 4, "kind": "read-only-storage", "element": "u32", "shape": [ "classes", "words" ] },
            "counts": { "binding": 5, "kind": "storage", "element": "u32", "shape": [ "jobs", "units", "classes" ] }
          }
        }
      }
    }
  },
  "source": "// Class-conditional counts of each neuron's one-bit output, and its mean activation, without a float in the counts:\n//   pack_bits:  bits[j, u, w] bit b = [ activations[j, 32 w + b, u] > threshold ]\n//               blocks[j, u, w] = ( pivot, sum over the block of (activation - pivot) ),  pivot = the block's first sample\n//   count_ones: counts[j, u, c] = sum_w popcount( bits[j, u, w] & class_bits[c, w] )\n// The mean is then sum_w (n_w pivot + deviation) / n in float64 on the host: exact, to the bit, for a constant neuron, and\n// accurate to a float32 rounding at any number of samples because no float32 sum is longer than 32 terms.\n// Every word has one owner: no atomics, no barriers. Counts are exact.\n// Preconditions: chunk.first is a multiple of 32; words past the last sample are not written; class_bits is 0 there.\n\noverride THRESHOLD: f32 = 0.5; // theta of study.md section 1\n\nstruct Chunk {\n  first: u32,      // first sample of this chunk\n  count: u32,      // samples in this chunk\n  slab_rows: u32,  // rows of one job in `activations`\n  unit_lanes: u32, // floats of a row of `activations`, padding included\n  units: u32,      // neurons counted\n  words: u32,      // words of 32 samples over all chunks\n  classes: u32,\n}\n\n@group(0) @binding(0) var<uniform> chunk: Chunk;\n@group(0) @binding(1) var<storage, read> activations: array<f32>;      // [jobs, slab_rows, unit_lanes]\n@group(0) @binding(2) var<storage, read_write> bits: array<u32>;       // [jobs, units, words]\n@group(0) @binding(3) var<storage, read_write> blocks: array<vec2<f32>>; // [jobs, units, words]\n@group(0) @binding(4) var<storage, read> class_bits: array<u32>;       // [classes, words]\n@group(0) @binding(5) var<storage, read_write> counts: array<u32>;     // [jobs, units, classes]\n\n// Grid: x = units, y = words of this chunk, z = jobs.\n@compute @workgroup_size(64)\nfn pack_bits(@builtin(global_invocation_id) id: vec3<u32>) {\n  let first = id.y * 32u;\n  if (id.x >= chunk.units || first >= chunk.count) { return; }\n  let rows = min(32u, chunk.count - first);\n  let base = (id.z * chunk.slab_rows + first) * chunk.unit_lanes + id.x;\n  let pivot = activations[base];\n  var word = 0u;\n  var deviation = 0.0;\n  for (var row = 0u; row < rows; row++) {\n    let value = activations[base + row * chunk.unit_lanes];\n    word |= select(0u, 1u, value > THRESHOLD) << row;\n    deviation += value - pivot;\n  }\n  let slot = (id.z * chunk.units + id.x) * chunk.words + chunk.first / 32u + id.y;\n  bits[slot] = word;\n  blocks[slot] = vec2<f32>(pivot, deviation);\n}\n\n// Grid: x = classes, y = units, z = jobs.\n@compute @workgroup_size(16, 4)\nfn count_ones(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= chunk.classes || id.y >= chunk.units) { return; }\n  let row = (id.z * chunk.units + id.y) * chunk.words;\n  var total = 0u;\n  for (var word = 0u; word < chunk.words; word++) {\n    total += countOneBits(bits[row + word] & class_bits[id.x * chunk.words + word]);\n  }\n  counts[(id.z * chunk.units + id.y) * chunk.classes + id.x] = total;\n}\n"
} as const;

export const levels = {
  "file": "shaders/levels.wgsl",
  "overrides": {},
  "structs": {
    "Chunk": {
      "size": 28,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "unit_lanes": { "offset": 12, "type": "u32" },
        "units": { "offset": 16, "type": "u32" },
        "levels": { "offset": 20, "type": "u32" },
        "classes": { "offset": 24, "type": "u32" }
      }
    }
  },
  "entries": {
    "find_extremes": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "slab_rows", "unit_lanes" ] },
            "extremes": { "binding": 2, "kind": "storage", "element": "u32", "shape": [ "jobs", "units", "2" ] }
          }
        }
      }
    },
    "count_levels": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "activations": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "slab_rows", "unit_lanes" ] },
            "labels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "edges": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "units", "levels - 1" ] },
            "counts": { "binding": 5, "kind": "storage", "element": "u32", "shape": [ "jobs", "units", "levels", "classes" ] }
          }
        }
      }
    }
  },
  "source": "// Outputs of neurons in more than two levels: their range, and class-conditional histograms.\n//   find_extremes: extremes[j, u, 0] = max_s ~key(x), extremes[j, u, 1] = max_s key(x),  x = activations[j, s, u]\n//   count_levels:  counts[j, u, l, c] += #{ s of class c : #{ e : x > edges[j, u, e] } = l }\n// key maps floats to integers in the same order, so that a maximum of integers finds the largest float and, of their\n// complements, the least; 0 is below both of any finite float, so arrays begin as zeros.\n// An invocation takes 32 samples of a neuron. Maxima and sums of integers by atomics: exact in any order.\n// Preconditions: edges ascend; the arrays that are written held zeros before the first chunk.\n\nstruct Chunk {\n  first: u32,      // first sample of this chunk\n  count: u32,      // samples in this chunk\n  slab_rows: u32,  // rows of one job in `activations`\n  unit_lanes: u32, // floats of a row of `activations`, padding included\n  units: u32,      // neurons\n  levels: u32,\n  classes: u32,\n}\n\nconst STRIP = 32u; // samples of an invocation\n\n@group(0) @binding(0) var<uniform> chunk: Chunk;\n@group(0) @binding(1) var<storage, read> activations: array<f32>;               // [jobs, slab_rows, unit_lanes]\n@group(0) @binding(2) var<storage, read_write> extremes: array<atomic<u32>>;    // [jobs, units, 2]\n@group(0) @binding(3) var<storage, read> labels: array<u32>;                    // [samples]\n@group(0) @binding(4) var<storage, read> edges: array<f32>;                     // [jobs, units, levels - 1]\n@group(0) @binding(5) var<storage, read_write> counts: array<atomic<u32>>;      // [jobs, units, levels, classes]\n\nfn key(value: f32) -> u32 {\n  let word = bitcast<u32>(value);\n  return word ^ select(0x80000000u, 0xffffffffu, (word >> 31u) == 1u);\n}\n\n// Grid: x = units, y = strips of this chunk, z = jobs.\n@compute @workgroup_size(64)\nfn find_extremes(@builtin(global_invocation_id) id: vec3<u32>) {\n  let first = id.y * STRIP;\n  if (id.x >= chunk.units || first >= chunk.count) { return; }\n  let rows = min(STRIP, chunk.count - first);\n  let base = (id.z * chunk.slab_rows + first) * chunk.unit_lanes + id.x;\n  var least = 0u;\n  var largest = 0u;\n  for (var row = 0u; row < rows; row++) {\n    let place = key(activations[base + row * chunk.unit_lanes]);\n    least = max(least, ~place);\n    largest = max(largest, place);\n  }\n  let slot = 2u * (id.z * chunk.units + id.x);\n  atomicMax(&extremes[slot], least);\n  atomicMax(&extremes[slot + 1u], largest);\n}\n\n// Grid: x = units, y = strips of this chunk, z = jobs.\n@compute @workgroup_size(64)\nfn count_levels(@builtin(global_invocation_id) id: vec3<u32>) {\n  let first = id.y * STRIP;\n  if (id.x >= chunk.units || first >= chunk.count) { return; }\n  let rows = min(STRIP, chunk.count - first);\n  let base = (id.z * chunk.slab_rows + first) * chunk.unit_lanes + id.x;\n  let neuron = id.z * chunk.units + id.x;\n  let first_edge = neuron * (chunk.levels - 1u);\n  for (var row = 0u; row < rows; row++) {\n    let value = activations[base + row * chunk.unit_lanes];\n    // Edges below the value are the first ones: halve what remains in doubt.\n    var level = 0u;\n    var end = chunk.levels - 1u;\n    while (level < end) {\n      let middle = (level + end) / 2u;\n      if (value > edges[first_edge + middle]) { level = middle + 1u; } else { end = middle; }\n    }\n    let label = labels[chunk.first + first + row];\n    atomicAdd(&counts[(neuron * chunk.levels + level) * chunk.classes + label], 1u);\n  }\n}\n"
} as const;

export const magnitudeSums = {
  "file": "shaders/magnitude-sums.wgsl",
  "overrides": {},
  "structs": {
    "Stretch": {
      "size": 12,
      "fields": {
        "number": { "offset": 0, "type": "u32" },
        "first": { "offset": 4, "type": "u32" },
        "end": { "offset": 8, "type": "u32" }
      }
    },
    "Chunk": {
      "size": 32,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "unit_lanes": { "offset": 12, "type": "u32" },
        "units": { "offset": 16, "type": "u32" },
        "classes": { "offset": 20, "type": "u32" },
        "blocks": { "offset": 24, "type": "u32" },
        "offset": { "offset": 28, "type": "u32" }
      }
    }
  },
  "entries": {
    "add_magnitudes": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "chunk": { "binding": 0, "kind": "uniform", "struct": "Chunk" },
            "values": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "unit_lanes" ] },
            "sums": { "binding": 2, "kind": "storage", "element": "f32", "shape": [ "networks", "units", "blocks" ] }
          }
        }
      }
    }
  },
  "source": "// Sums of the sizes of what each sample gives a neuron:\n//   add_magnitudes: sums[r, u, b] += sum over samples s in block b of |values[r, s, u]|\n// Blocks are those of parts/sum-block.wgsl. An invocation owns a neuron's block: no atomics, no barriers.\n// Variants: \"\".\n\n// A chunk of samples whose values are added up in blocks.\n// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: the first block of a page\n// may have begun with the page before, whose sums the host puts there. Within a block sums run in the order of the samples; the host\n// adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms is at most\n// 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).\n// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.\n\nconst BLOCK = 1024u; // samples of a float32 sum\n\n// What a chunk has of a block.\nstruct Stretch {\n  number: u32, // of the block in the page\n  first: u32,  // rows of the chunk\n  end: u32,\n}\n\n// Of the `place`-th block that a chunk of `count` samples touches; empty past the last one.\n// `earlier`: samples of the page's first block and of the page, up to this chunk.\nfn stretch_in(place: u32, earlier: u32, count: u32) -> Stretch {\n  let number = earlier / BLOCK + place;\n  let start = max(earlier, BLOCK * number);\n  let end = max(start, min(earlier + count, BLOCK * number + BLOCK));\n  return Stretch(number, start - earlier, end - earlier);\n}\n\nstruct Chunk {\n  first: u32,      // first sample of this chunk within the page\n  count: u32,      // samples in this chunk\n  slab_rows: u32,  // rows of one job in arrays of samples\n  unit_lanes: u32, // floats of a row there, padding included\n  units: u32,      // neurons\n  classes: u32,    // class sums: of the labels\n  blocks: u32,     // blocks of the page, that of `offset` included\n  offset: u32,     // samples of the page's first block that came before the page\n}\n\nfn stretch_of(place: u32) -> Stretch {\n  return stretch_in(place, chunk.offset + chunk.first, chunk.count);\n}\n\n@group(0) @binding(0) var<uniform> chunk: Chunk;\n@group(0) @binding(1) var<storage, read> values: array<f32>;       // [networks, slab_rows, unit_lanes]\n@group(0) @binding(2) var<storage, read_write> sums: array<f32>;   // [networks, units, blocks]\n\n// Grid: x = units, y = blocks that this chunk touches, z = networks.\n@compute @workgroup_size(64)\nfn add_magnitudes(@builtin(global_invocation_id) id: vec3<u32>) {\n  let stretch = stretch_of(id.y);\n  if (id.x >= chunk.units || stretch.first >= stretch.end) { return; }\n  let own = (id.z * chunk.units + id.x) * chunk.blocks + stretch.number;\n  var sum = sums[own];\n  for (var row = stretch.first; row < stretch.end; row++) {\n    sum += abs(values[(id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x]);\n  }\n  sums[own] = sum;\n}\n"
} as const;

export const moments = {
  "file": "shaders/moments.wgsl",
  "overrides": {},
  "structs": {
    "Stretch": {
      "size": 12,
      "fields": {
        "number": { "offset": 0, "type": "u32" },
        "first": { "offset": 4, "type": "u32" },
        "end": { "offset": 8, "type": "u32" }
      }
    },
    "Pair": {
      "size": 32,
      "fields": {
        "slab_rows": { "offset": 0, "type": "u32" },
        "left_quads": { "offset": 4, "type": "u32" },
        "right_quads": { "offset": 8, "type": "u32" },
        "first_quad": { "offset": 12, "type": "u32" },
        "strip_quads": { "offset": 16, "type": "u32" },
        "same": { "offset": 20, "type": "u32" },
        "signals": { "offset": 24, "type": "u32" },
        "blocks": { "offset": 28, "type": "u32" }
      }
    },
    "Part": {
      "size": 8,
      "fields": {
        "count": { "offset": 0, "type": "u32" },
        "earlier": { "offset": 4, "type": "u32" }
      }
    }
  },
  "entries": {
    "add_moments": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 4, 1 ],
          "bindings": {
            "pair": { "binding": 0, "kind": "uniform", "struct": "Pair" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "left_outputs": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "left_quads" ] },
            "right_outputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "right_quads" ] },
            "left_constants": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "left_quads" ] },
            "right_constants": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "right_quads" ] },
            "sums": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "strip_lanes", "right_quads", "blocks" ] }
          }
        },
        "SIGNALS": {
          "workgroupSize": [ 8, 4, 1 ],
          "bindings": {
            "pair": { "binding": 0, "kind": "uniform", "struct": "Pair" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "left_outputs": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "left_quads" ] },
            "right_outputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "right_quads" ] },
            "left_constants": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "left_quads" ] },
            "right_constants": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "right_quads" ] },
            "left_signals": { "binding": 6, "kind": "read-only-storage", "element": "f32", "shape": [ "signals", "slab_rows", "left_quads" ] },
            "right_signals": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "signals", "slab_rows", "right_quads" ] },
            "sums": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "strip_lanes", "right_quads", "blocks" ] }
          }
        }
      }
    }
  },
  "source": "// Sums over samples of products of what two neurons do, for all pairs of a strip of one layer (left) with another or the same layer\n// (right): with d = t - constant, t a neuron's output,\n//   add_moments: sums[j, k, b] += sum over samples s in block b of  d_j(s) d_k(s)                                  without signals\n//                                                                   d_j(s) d_k(s) sum over i of g_ij(s) g_ik(s)    with SIGNALS\n// g_i being what flows back from the i-th signal at the logits. Blocks are those of parts/sum-block.wgsl; signals are added within a\n// sample, so that chunks change no bit, and products are symmetric: of one layer with itself what lies left of the diagonal's quads\n// is not computed.\n// An invocation owns 4 x 4 neurons of a block: no atomics, no barriers, and 16 products for every two loads. Padding is added up too,\n// and nobody reads it.\n// Variants: \"\", SIGNALS.\n\n// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: the first block of a page\n// may have begun with the page before, whose sums the host puts there. Within a block sums run in the order of the samples; the host\n// adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms is at most\n// 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).\n// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.\n\nconst BLOCK = 1024u; // samples of a float32 sum\n\n// What a chunk has of a block.\nstruct Stretch {\n  number: u32, // of the block in the page\n  first: u32,  // rows of the chunk\n  end: u32,\n}\n\n// Of the `place`-th block that a chunk of `count` samples touches; empty past the last one.\n// `earlier`: samples of the page's first block and of the page, up to this chunk.\nfn stretch_in(place: u32, earlier: u32, count: u32) -> Stretch {\n  let number = earlier / BLOCK + place;\n  let start = max(earlier, BLOCK * number);\n  let end = max(start, min(earlier + count, BLOCK * number + BLOCK));\n  return Stretch(number, start - earlier, end - earlier);\n}\n\nstruct Pair {\n  slab_rows: u32,   // rows of one network in all arrays\n  left_quads: u32,  // quads of a row of each layer\n  right_quads: u32,\n  first_quad: u32,  // of the strip, in a row of the left layer\n  strip_quads: u32, // quads of the strip\n  same: u32,        // 1: left and right are one layer\n  signals: u32,\n  blocks: u32,      // of the page\n}\nstruct Part {\n  count: u32,   // samples in this chunk\n  earlier: u32, // samples of the page's first block and of the page, up to this chunk\n}\n\n@group(0) @binding(0) var<uniform> pair: Pair;\n@group(0) @binding(1) var<uniform> part: Part;\n@group(0) @binding(2) var<storage, read> left_outputs: array<vec4<f32>>;    // [networks, slab_rows, left_quads]\n@group(0) @binding(3) var<storage, read> right_outputs: array<vec4<f32>>;   // [networks, slab_rows, right_quads]\n@group(0) @binding(4) var<storage, read> left_constants: array<vec4<f32>>;  // [left_quads]\n@group(0) @binding(5) var<storage, read> right_constants: array<vec4<f32>>; // [right_quads]\n#if SIGNALS\n@group(0) @binding(6) var<storage, read> left_signals: array<vec4<f32>>;    // [signals, slab_rows, left_quads]\n@group(0) @binding(7) var<storage, read> right_signals: array<vec4<f32>>;   // [signals, slab_rows, right_quads]\n#endif\n@group(0) @binding(8) var<storage, read_write> sums: array<vec4<f32>>;      // [strip_lanes, right_quads, blocks]\n\n// Of row `lane` of the strip, in the `number`-th block.\nfn slot_of(lane: u32, right: u32, number: u32) -> u32 {\n  return (lane * pair.right_quads + right) * pair.blocks + number;\n}\n\n// Grid: x = quads of the right layer, y = quads of the strip, z = blocks that this chunk touches.\n@compute @workgroup_size(8, 4)\nfn add_moments(@builtin(global_invocation_id) id: vec3<u32>) {\n  let stretch = stretch_in(id.z, part.earlier, part.count);\n  if (id.x >= pair.right_quads || id.y >= pair.strip_quads || stretch.first >= stretch.end) { return; }\n  let left = pair.first_quad + id.y;\n  if (pair.same == 1u && id.x < left) { return; }\n  let left_constant = left_constants[left];\n  let right_constant = right_constants[id.x];\n  let lane = id.y * 4u;\n  var sum0 = sums[slot_of(lane, id.x, stretch.number)];\n  var sum1 = sums[slot_of(lane + 1u, id.x, stretch.number)];\n  var sum2 = sums[slot_of(lane + 2u, id.x, stretch.number)];\n  var sum3 = sums[slot_of(lane + 3u, id.x, stretch.number)];\n  for (var row = stretch.first; row < stretch.end; row++) {\n    let a = left_outputs[row * pair.left_quads + left] - left_constant;\n    let b = right_outputs[row * pair.right_quads + id.x] - right_constant;\n#if SIGNALS\n    var both0 = vec4<f32>(0.0);\n    var both1 = vec4<f32>(0.0);\n    var both2 = vec4<f32>(0.0);\n    var both3 = vec4<f32>(0.0);\n    for (var i = 0u; i < pair.signals; i++) {\n      let slab = i * pair.slab_rows + row;\n      let g = left_signals[slab * pair.left_quads + left];\n      let h = right_signals[slab * pair.right_quads + id.x];\n      both0 += g.x * h;\n      both1 += g.y * h;\n      both2 += g.z * h;\n      both3 += g.w * h;\n    }\n    sum0 += (a.x * b) * both0;\n    sum1 += (a.y * b) * both1;\n    sum2 += (a.z * b) * both2;\n    sum3 += (a.w * b) * both3;\n#else\n    sum0 += a.x * b;\n    sum1 += a.y * b;\n    sum2 += a.z * b;\n    sum3 += a.w * b;\n#endif\n  }\n  sums[slot_of(lane, id.x, stretch.number)] = sum0;\n  sums[slot_of(lane + 1u, id.x, stretch.number)] = sum1;\n  sums[slot_of(lane + 2u, id.x, stretch.number)] = sum2;\n  sums[slot_of(lane + 3u, id.x, stretch.number)] = sum3;\n}\n"
} as const;

export const pairs = {
  "file": "shaders/pairs.wgsl",
  "overrides": {},
  "structs": {
    "Tile": {
      "size": 28,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "rows": { "offset": 4, "type": "u32" },
        "units": { "offset": 8, "type": "u32" },
        "other_units": { "offset": 12, "type": "u32" },
        "words": { "offset": 16, "type": "u32" },
        "classes": { "offset": 20, "type": "u32" },
        "same": { "offset": 24, "type": "u32" }
      }
    }
  },
  "entries": {
    "count_pairs": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "tile": { "binding": 0, "kind": "uniform", "struct": "Tile" },
            "bits": { "binding": 1, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "units", "words" ] },
            "other_bits": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "other_units", "words" ] },
            "class_bits": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "classes", "words" ] },
            "both": { "binding": 4, "kind": "storage", "element": "u32", "shape": [ "jobs", "rows", "other_units", "classes" ] }
          }
        }
      }
    }
  },
  "source": "// Samples for which two neurons are both 1, by class: some neurons of a layer with all of another, or of the same.\n//   count_pairs: both[j, r, v, c] = sum_w popcount( bits[j, first + r, w] & other_bits[j, v, w] & class_bits[c, w] )\n// Of a layer with itself only the pairs first + r < v are counted; the others are not written.\n// An invocation owns 4 x 4 pairs and a class, in registers: of each word it reads 4 neurons, 4 others and the class for 16\n// counts. Neighbours differ by class, so that they read the same neurons. Nothing is shared: no atomics, no barriers. Exact.\n// Preconditions: bits behind the last sample may be anything; class_bits is 0 there.\n\nstruct Tile {\n  first: u32,       // first neuron of the rows\n  rows: u32,\n  units: u32,       // neurons of a network in `bits`\n  other_units: u32, // and in `other_bits`\n  words: u32,       // words of 32 samples\n  classes: u32,\n  same: u32,        // 1: a layer with itself\n}\n\n@group(0) @binding(0) var<uniform> tile: Tile;\n@group(0) @binding(1) var<storage, read> bits: array<u32>;       // [jobs, units, words]\n@group(0) @binding(2) var<storage, read> other_bits: array<u32>; // [jobs, other_units, words]\n@group(0) @binding(3) var<storage, read> class_bits: array<u32>; // [classes, words]\n@group(0) @binding(4) var<storage, read_write> both: array<u32>; // [jobs, rows, other_units, classes]\n\nconst SIDE = 4u; // of the pairs of an invocation\n\nfn store(row: u32, other: u32, job_and_class: vec2<u32>, counts: vec4<u32>) {\n  if (row >= tile.rows) { return; }\n  for (var lane = 0u; lane < SIDE; lane++) {\n    let v = other + lane;\n    if (v >= tile.other_units || (tile.same == 1u && v <= tile.first + row)) { continue; }\n    both[((job_and_class.x * tile.rows + row) * tile.other_units + v) * tile.classes + job_and_class.y] = counts[lane];\n  }\n}\n\n// Grid: x = classes of each 4 other neurons, y = every 4 rows, z = jobs.\n@compute @workgroup_size(64)\nfn count_pairs(@builtin(global_invocation_id) id: vec3<u32>) {\n  let label = id.x % tile.classes;\n  let other = (id.x / tile.classes) * SIDE;\n  let row = id.y * SIDE;\n  if (other >= tile.other_units || row >= tile.rows) { return; }\n  if (tile.same == 1u && other + SIDE - 1u <= tile.first + row) { return; }\n  // Behind the last neuron the last is counted again, and not stored.\n  let last = tile.units - 1u;\n  let last_other = tile.other_units - 1u;\n  let lanes = vec4<u32>(0u, 1u, 2u, 3u);\n  let own_at = (id.z * tile.units + min(vec4<u32>(tile.first + row) + lanes, vec4<u32>(last))) * tile.words;\n  let other_at = (id.z * tile.other_units + min(vec4<u32>(other) + lanes, vec4<u32>(last_other))) * tile.words;\n  let class_at = label * tile.words;\n  var counts0 = vec4<u32>();\n  var counts1 = vec4<u32>();\n  var counts2 = vec4<u32>();\n  var counts3 = vec4<u32>();\n  for (var word = 0u; word < tile.words; word++) {\n    let in_class = class_bits[class_at + word];\n    let others = vec4<u32>(\n      other_bits[other_at.x + word],\n      other_bits[other_at.y + word],\n      other_bits[other_at.z + word],\n      other_bits[other_at.w + word],\n    ) & vec4<u32>(in_class);\n    counts0 += countOneBits(others & vec4<u32>(bits[own_at.x + word]));\n    counts1 += countOneBits(others & vec4<u32>(bits[own_at.y + word]));\n    counts2 += countOneBits(others & vec4<u32>(bits[own_at.z + word]));\n    counts3 += countOneBits(others & vec4<u32>(bits[own_at.w + word]));\n  }\n  let place = vec2<u32>(id.z, label);\n  store(row, other, place, counts0);\n  store(row + 1u, other, place, counts1);\n  store(row + 2u, other, place, counts2);\n  store(row + 3u, other, place, counts3);\n}\n"
} as const;

export const passDown = {
  "file": "shaders/pass-down.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Layer": {
      "size": 8,
      "fields": {
        "slab_rows": { "offset": 0, "type": "u32" },
        "quads": { "offset": 4, "type": "u32" }
      }
    },
    "Part": {
      "size": 8,
      "fields": {
        "count": { "offset": 0, "type": "u32" },
        "earlier": { "offset": 4, "type": "u32" }
      }
    }
  },
  "entries": {
    "pass_down": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "signal": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "delta": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] }
          }
        },
        "PREACTIVATIONS": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "preactivations": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "signal": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "delta": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] }
          }
        }
      }
    }
  },
  "source": "// From what flows back by a hidden layer's outputs, which is kept, to what flows back by its pre-activations:\n//   pass_down: delta[r, s, u] = act' signal[r, s, u]\n// from which hidden_delta of backward.wgsl makes the signal of the layer below. (gradient-sums.wgsl does it in place.)\n// An invocation owns a quad of one sample: no atomics, no barriers. Padding becomes what it may, and nobody reads it.\n// PREACTIVATIONS: act' of GELU does not follow from its value, so z is given.\n// Variants: \"\", PREACTIVATIONS.\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\nstruct Layer {\n  slab_rows: u32, // rows of one network in all arrays\n  quads: u32,     // quads of a row\n}\nstruct Part {\n  count: u32,   // samples in this chunk\n  earlier: u32, // as in moments.wgsl; not read here\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> part: Part;\n#if PREACTIVATIONS\n@group(0) @binding(2) var<storage, read> preactivations: array<vec4<f32>>; // [networks, slab_rows, quads]\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n// act'(z) of GELU, whose value does not tell it: of z p(z) it is p + z p'. Finite for every finite z, and NaN stays NaN.\nfn slope(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)); // beyond, p' is 0\n  if (ACTIVATION == 7u) { return normal_probability(z) + z * (0.39894228 * exp(-0.5 * x * x)); }\n  // p is the sigmoid of 2 u, and p' is p (1 - p) times the derivative of 2 u.\n  let e = tanh_exponential(z);\n  let p = select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  return p + z * (e / ((1.0 + e) * (1.0 + e)) * (1.5957691 + 0.2140644 * x * x));\n}\n#else\n@group(0) @binding(3) var<storage, read> activations: array<vec4<f32>>;    // [networks, slab_rows, quads]\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n#endif\n@group(0) @binding(4) var<storage, read> signal: array<vec4<f32>>;         // [networks, slab_rows, quads]\n@group(0) @binding(5) var<storage, read_write> delta: array<vec4<f32>>;    // [networks, slab_rows, quads]\n\n// Grid: x = quads of units, y = samples, z = networks.\n@compute @workgroup_size(8, 8)\nfn pass_down(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.quads || id.y >= part.count) { return; }\n  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;\n#if PREACTIVATIONS\n  delta[slot] = slope(preactivations[slot]) * signal[slot];\n#else\n  delta[slot] = derivative(activations[slot]) * signal[slot];\n#endif\n}\n"
} as const;

export const path = {
  "file": "shaders/path.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Layer": {
      "size": 20,
      "fields": {
        "units": { "offset": 0, "type": "u32" },
        "quads": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "inputs": { "offset": 12, "type": "u32" },
        "input_lanes": { "offset": 16, "type": "u32" }
      }
    },
    "Step": {
      "size": 8,
      "fields": {
        "share": { "offset": 0, "type": "f32" },
        "begins": { "offset": 4, "type": "u32" }
      }
    }
  },
  "entries": {
    "scale_layer": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "step": { "binding": 1, "kind": "uniform", "struct": "Step" },
            "parameters": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "units", "input_lanes" ] },
            "preactivations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "outputs": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] }
          }
        },
        "SLOPES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "step": { "binding": 1, "kind": "uniform", "struct": "Step" },
            "parameters": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "units", "input_lanes" ] },
            "preactivations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "outputs": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "slopes": { "binding": 10, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] }
          }
        }
      }
    },
    "add_conductance": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "step": { "binding": 1, "kind": "uniform", "struct": "Step" },
            "begin": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "end": { "binding": 6, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "middle": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "delta": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "conductance": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] }
          }
        },
        "SLOPES": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "step": { "binding": 1, "kind": "uniform", "struct": "Step" },
            "begin": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "end": { "binding": 6, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "delta": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "conductance": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "slopes": { "binding": 10, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] }
          }
        }
      }
    }
  },
  "source": "// A path from inputs of 0 to each sample, along which a network is followed step by step, for conductance.\n//   scale_layer:     outputs[r, s, u] = act(b + share (z - b)), the first hidden layer where inputs are `share` of themselves: z is\n//                    linear in them, so the product with them is done once, for preactivations[r, s, u] = z of the whole sample\n//   add_conductance: conductance[r, s, u] += g (t_end - t_begin) over a step, with g = delta[r, s, u] the derivative of the label's\n//                    logit by t in its middle; then delta[r, s, u] = act' g, from which g of the layer below is made\n// (Dhamdhere, Sundararajan and Yan 2018). SLOPES: act' of GELU does not follow from its value; scale_layer writes it, and add_conductance\n// reads it. Every value has one owner, an invocation: no atomics, no barriers. Rows past a chunk are computed like others; nobody reads them.\n// Variants: \"\", SLOPES.\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\nstruct Layer {\n  units: u32,\n  quads: u32,       // quads of a row of every slab\n  slab_rows: u32,   // rows of one network there\n  inputs: u32,      // scale_layer: inputs of the network; the lane of this index of a parameter row is the bias\n  input_lanes: u32, // scale_layer: floats of a parameter row\n}\nstruct Step {\n  share: f32,  // scale_layer: of the inputs\n  begins: u32, // add_conductance: 1 in the first step of a chunk, which finds nothing to add to\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> step: Step;\n\n// scale_layer\n@group(0) @binding(2) var<storage, read> parameters: array<f32>;             // [networks, units, input_lanes]\n@group(0) @binding(3) var<storage, read> preactivations: array<vec4<f32>>;   // [networks, slab_rows, quads]\n@group(0) @binding(4) var<storage, read_write> outputs: array<vec4<f32>>;    // [networks, slab_rows, quads]\n\n// add_conductance\n@group(0) @binding(5) var<storage, read> begin: array<vec4<f32>>;            // [networks, slab_rows, quads]\n@group(0) @binding(6) var<storage, read> end: array<vec4<f32>>;              // [networks, slab_rows, quads]\n@group(0) @binding(7) var<storage, read> middle: array<vec4<f32>>;           // [networks, slab_rows, quads]\n@group(0) @binding(8) var<storage, read_write> delta: array<vec4<f32>>;      // [networks, slab_rows, quads]\n@group(0) @binding(9) var<storage, read_write> conductance: array<vec4<f32>>; // [networks, slab_rows, quads]\n\n#if SLOPES\n@group(0) @binding(10) var<storage, read_write> slopes: array<vec4<f32>>;    // [networks, slab_rows, quads]\n#endif\n\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n#if SLOPES\n// act'(z) of GELU, whose value does not tell it: of z p(z) it is p + z p'. Finite for every finite z, and NaN stays NaN.\nfn slope(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)); // beyond, p' is 0\n  if (ACTIVATION == 7u) { return normal_probability(z) + z * (0.39894228 * exp(-0.5 * x * x)); }\n  // p is the sigmoid of 2 u, and p' is p (1 - p) times the derivative of 2 u.\n  let e = tanh_exponential(z);\n  let p = select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  return p + z * (e / ((1.0 + e) * (1.0 + e)) * (1.5957691 + 0.2140644 * x * x));\n}\n#endif\n// A quad of a row of units: those past the last one are padding, the homogeneous 1, then zeros.\nfn with_padding(values: vec4<f32>, quad: u32, units: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(units));\n  return select(padding, values, unit < vec4<u32>(units));\n}\n\nfn bias_of(network: u32, unit: u32) -> f32 {\n  return parameters[(network * layer.units + min(unit, layer.units - 1u)) * layer.input_lanes + layer.inputs];\n}\n\n// Grid: x = quads of units, y = rows, z = networks.\n@compute @workgroup_size(8, 8)\nfn scale_layer(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.quads || id.y >= layer.slab_rows) { return; }\n  let first = id.x * 4u;\n  let bias = vec4<f32>(\n    bias_of(id.z, first), bias_of(id.z, first + 1u), bias_of(id.z, first + 2u), bias_of(id.z, first + 3u),\n  );\n  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;\n  let z = bias + step.share * (preactivations[slot] - bias);\n  outputs[slot] = with_padding(activate(z), id.x, layer.units);\n#if SLOPES\n  slopes[slot] = slope(z);\n#endif\n}\n\nfn slope_at(slot: u32) -> vec4<f32> {\n#if SLOPES\n  return slopes[slot];\n#else\n  return derivative(middle[slot]);\n#endif\n}\n\n// Grid: x = quads of units, y = rows, z = networks.\n@compute @workgroup_size(8, 8)\nfn add_conductance(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.quads || id.y >= layer.slab_rows) { return; }\n  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;\n  let g = delta[slot];\n  let before = select(conductance[slot], vec4<f32>(0.0), vec4<bool>(step.begins == 1u));\n  conductance[slot] = before + g * (end[slot] - begin[slot]);\n  delta[slot] = slope_at(slot) * g;\n}\n"
} as const;

export const pool = {
  "file": "shaders/pool.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32", "SLOPES_KEPT": "bool", "AVERAGE": "bool", "COUNT_ZEROS": "bool" },
  "structs": {
    "Layer": {
      "size": 72,
      "fields": {
        "channels": { "offset": 0, "type": "u32" },
        "input_quads": { "offset": 4, "type": "u32" },
        "input_height": { "offset": 8, "type": "u32" },
        "input_width": { "offset": 12, "type": "u32" },
        "outputs": { "offset": 16, "type": "u32" },
        "output_quads": { "offset": 20, "type": "u32" },
        "output_height": { "offset": 24, "type": "u32" },
        "output_width": { "offset": 28, "type": "u32" },
        "kernel_height": { "offset": 32, "type": "u32" },
        "kernel_width": { "offset": 36, "type": "u32" },
        "stride_y": { "offset": 40, "type": "u32" },
        "stride_x": { "offset": 44, "type": "u32" },
        "top": { "offset": 48, "type": "u32" },
        "left": { "offset": 52, "type": "u32" },
        "parameter_quads": { "offset": 56, "type": "u32" },
        "slab_rows": { "offset": 60, "type": "u32" },
        "own_source": { "offset": 64, "type": "u32" },
        "homogeneous": { "offset": 68, "type": "u32" }
      }
    },
    "Batch": {
      "size": 8,
      "fields": {
        "count": { "offset": 0, "type": "u32" },
        "first_job": { "offset": 4, "type": "u32" }
      }
    },
    "Job": {
      "size": 4,
      "fields": {
        "network": { "offset": 0, "type": "u32" }
      }
    },
    "Taps": {
      "size": 24,
      "fields": {
        "y": { "offset": 0, "type": "i32" },
        "x": { "offset": 4, "type": "i32" },
        "rows": { "offset": 8, "type": "vec2" },
        "columns": { "offset": 16, "type": "vec2" }
      }
    },
    "Reach": {
      "size": 16,
      "fields": {
        "rows": { "offset": 0, "type": "vec2" },
        "columns": { "offset": 8, "type": "vec2" }
      }
    }
  },
  "entries": {
    "pool": {
      "variants": {
        "": {
          "workgroupSize": [ 1, 32, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "jobs": { "binding": 2, "kind": "read-only-storage", "element": "Job", "shape": [ "jobs" ] },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "map_rows", "input_quads" ] },
            "outputs": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "jobs", "output_rows", "output_quads" ] }
          }
        }
      }
    },
    "pool_delta": {
      "variants": {
        "": {
          "workgroupSize": [ 1, 32, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "inputs": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "map_rows", "input_quads" ] },
            "next_delta": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "jobs", "output_rows", "output_quads" ] },
            "delta": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "jobs", "map_rows", "input_quads" ] }
          }
        }
      }
    }
  },
  "source": "// Pooling of maps, forward and back, for a batch of independent jobs. A window takes what of it lies within the map:\n//   pool:       outputs[j, s, (y, x), c] = the largest of inputs[j, s, tap, c], or (AVERAGE) their sum over their number,\n//               COUNT_ZEROS: over that of all taps\n//   pool_delta: delta[j, s, (y, x), c] = act' * the sum of next_delta[j, s, place, c] over the windows that (y, x) is the largest of\n//               (the first one of several, row by row), or (AVERAGE) its share of each; act' from inputs[j, s, (y, x), c]\n// Maps as in convolution.wgsl, whose `layer` this takes, its outputs being the channels; it has no parameters.\n// Grid: x = positions, y = quads of channels within samples, z = jobs. Every value has one owner, sums run in the order of windows.\n// A NaN within a window is what it gives. Preconditions: batch.count >= 1; every window reads at least one position of the map;\n// in pool_delta slab z is job z's, and the delta of samples batch.count and above is written as 0.\n// SLOPES_KEPT: act' of GELU is what delta holds until it is put in its place, as in backward.wgsl.\n// Variants: \"\".\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\noverride SLOPES_KEPT: bool = false;\noverride AVERAGE: bool = false;\noverride COUNT_ZEROS: bool = false;\n\nstruct Layer {\n  channels: u32,        // of the map below\n  input_quads: u32,     // quads of a row of it\n  input_height: u32,\n  input_width: u32,\n  outputs: u32,         // channels of the layer\n  output_quads: u32,    // quads of a row of its map\n  output_height: u32,\n  output_width: u32,\n  kernel_height: u32,\n  kernel_width: u32,\n  stride_y: u32,\n  stride_x: u32,\n  top: u32,             // rows of zeros above the map, and columns to its left\n  left: u32,\n  parameter_quads: u32, // quads of a row of `parameters`: those of all taps, and one of bias\n  slab_rows: u32,       // samples of one slab\n  own_source: u32,      // 1: job z reads slab z of `inputs` (its own); 0: the slab of its network, shared by many jobs\n  homogeneous: u32,     // 1: rows of `outputs` end with a lane of 1\n}\nstruct Batch {\n  count: u32,     // samples in this batch\n  first_job: u32, // jobs[first_job + z] is what slab z of `outputs` is for\n}\nstruct Job {\n  network: u32, // slab of `inputs`, where jobs share them\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> batch: Batch;\n@group(0) @binding(2) var<storage, read> jobs: array<Job>;         // [jobs]\n@group(0) @binding(3) var<storage, read> inputs: array<vec4<f32>>; // [slabs, map_rows, input_quads]\n// pool\n@group(0) @binding(4) var<storage, read_write> outputs: array<vec4<f32>>; // [jobs, output_rows, output_quads]\n// pool_delta\n@group(0) @binding(5) var<storage, read> next_delta: array<vec4<f32>>;  // [jobs, output_rows, output_quads]\n@group(0) @binding(6) var<storage, read_write> delta: array<vec4<f32>>; // [jobs, map_rows, input_quads]\n\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n// A quad of a row of a map: behind the last channel the lane of 1, where rows have it, then zeros.\nfn padded_map(values: vec4<f32>, quad: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  let is_one = (unit == vec4<u32>(layer.outputs)) & vec4<bool>(layer.homogeneous == 1u);\n  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), is_one);\n  return select(padding, values, unit < vec4<u32>(layer.outputs));\n}\n// The first and the end of the taps along one axis that lie within the map; `at` is where the first one would be.\nfn taps_within(at: i32, kernel: u32, extent: u32) -> vec2<u32> {\n  return vec2<u32>(u32(clamp(-at, 0, i32(kernel))), u32(clamp(i32(extent) - at, 0, i32(kernel))));\n}\n\n// What the window at one place reads: where its first tap would be, and the taps within the map, first and end.\nstruct Taps {\n  y: i32,\n  x: i32,\n  rows: vec2<u32>,\n  columns: vec2<u32>,\n}\n\nfn taps_at(place_y: u32, place_x: u32) -> Taps {\n  let y = i32(place_y * layer.stride_y) - i32(layer.top);\n  let x = i32(place_x * layer.stride_x) - i32(layer.left);\n  let rows = taps_within(y, layer.kernel_height, layer.input_height);\n  let columns = taps_within(x, layer.kernel_width, layer.input_width);\n  return Taps(y, x, rows, columns);\n}\n\n// The positions of the map that one window reads: rows and columns, first and end.\nstruct Reach {\n  rows: vec2<u32>,\n  columns: vec2<u32>,\n}\n\nfn reach_of(place_y: u32, place_x: u32) -> Reach {\n  let taps = taps_at(place_y, place_x);\n  return Reach(vec2<u32>(vec2<i32>(taps.rows) + taps.y), vec2<u32>(vec2<i32>(taps.columns) + taps.x));\n}\n\n// One over the number of positions that an average is taken over.\nfn weight_of(reach: Reach) -> f32 {\n  if (COUNT_ZEROS) { return 1.0 / f32(layer.kernel_height * layer.kernel_width); }\n  return 1.0 / f32((reach.rows.y - reach.rows.x) * (reach.columns.y - reach.columns.x));\n}\n\n// By its bits: comparisons with itself may be optimised away.\nfn is_nan(v: vec4<f32>) -> vec4<bool> {\n  return (bitcast<vec4<u32>>(v) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);\n}\n\n@compute @workgroup_size(1, 32)\nfn pool(@builtin(global_invocation_id) id: vec3<u32>) {\n  let position = id.x;\n  let quad = id.y % layer.output_quads;\n  let sample = id.y / layer.output_quads;\n  let area = layer.output_height * layer.output_width;\n  if (position >= area || sample >= batch.count) { return; }\n  let own = select(jobs[batch.first_job + id.z].network, id.z, layer.own_source == 1u);\n  let source = (own * layer.slab_rows + sample) * layer.input_height * layer.input_width;\n  let reach = reach_of(position / layer.output_width, position % layer.output_width);\n  // Rows of one position end with a lane of 1, which may be in a quad of its own.\n  let lane_quad = min(quad, layer.input_quads - 1u);\n  var result = vec4<f32>(0.0);\n  for (var y = reach.rows.x; y < reach.rows.y; y++) {\n    for (var x = reach.columns.x; x < reach.columns.y; x++) {\n      let value = inputs[(source + y * layer.input_width + x) * layer.input_quads + lane_quad];\n      let is_first = y == reach.rows.x && x == reach.columns.x;\n      if (AVERAGE) {\n        result += value;\n      } else {\n        let taken = ((value > result) | is_nan(value) | vec4<bool>(is_first)) & (!is_nan(result) | vec4<bool>(is_first));\n        result = select(result, value, taken);\n      }\n    }\n  }\n  if (AVERAGE) { result *= weight_of(reach); }\n  let slot = ((id.z * layer.slab_rows + sample) * area + position) * layer.output_quads + quad;\n  outputs[slot] = padded_map(result, quad);\n}\n\n// In which lanes the position is the first of the largest in the window.\nfn is_largest(source: u32, quad: u32, position: u32, reach: Reach) -> vec4<bool> {\n  let own = inputs[(source + position) * layer.input_quads + quad];\n  var largest = vec4<bool>(true);\n  for (var y = reach.rows.x; y < reach.rows.y; y++) {\n    for (var x = reach.columns.x; x < reach.columns.y; x++) {\n      let at = y * layer.input_width + x;\n      let value = inputs[(source + at) * layer.input_quads + quad];\n      let beats = (value > own) | ((value == own) & vec4<bool>(at < position));\n      largest = largest & !(beats & vec4<bool>(at != position));\n    }\n  }\n  return largest;\n}\n\n// Along one axis: the first and the end of the places whose window reaches `at`.\nfn places_reaching(at: u32, kernel: u32, stride: u32, places: u32) -> vec2<u32> {\n  let first = select(0u, (at + stride - kernel) / stride, at + 1u > kernel);\n  return vec2<u32>(first, min(at / stride + 1u, places));\n}\n\n@compute @workgroup_size(1, 32)\nfn pool_delta(@builtin(global_invocation_id) id: vec3<u32>) {\n  let position = id.x;\n  let quad = id.y % layer.input_quads;\n  let sample = id.y / layer.input_quads;\n  let input_area = layer.input_height * layer.input_width;\n  if (position >= input_area || sample >= layer.slab_rows) { return; }\n  let source = (id.z * layer.slab_rows + sample) * input_area;\n  let slot = (source + position) * layer.input_quads + quad;\n  if (sample >= batch.count) {\n    delta[slot] = vec4<f32>(0.0);\n    return;\n  }\n  let above = (id.z * layer.slab_rows + sample) * layer.output_height * layer.output_width;\n  let y = position / layer.input_width + layer.top;\n  let x = position % layer.input_width + layer.left;\n  let rows = places_reaching(y, layer.kernel_height, layer.stride_y, layer.output_height);\n  let columns = places_reaching(x, layer.kernel_width, layer.stride_x, layer.output_width);\n  var sum = vec4<f32>(0.0);\n  for (var place_y = rows.x; place_y < rows.y; place_y++) {\n    for (var place_x = columns.x; place_x < columns.y; place_x++) {\n      let reach = reach_of(place_y, place_x);\n      let next = next_delta[(above + place_y * layer.output_width + place_x) * layer.output_quads + quad];\n      if (AVERAGE) {\n        sum += next * weight_of(reach);\n      } else {\n        sum += select(vec4<f32>(0.0), next, is_largest(source, quad, position, reach));\n      }\n    }\n  }\n  var slope = delta[slot];\n  if (!SLOPES_KEPT) { slope = derivative(inputs[slot]); }\n  let channel = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  delta[slot] = select(vec4<f32>(0.0), sum * slope, channel < vec4<u32>(layer.channels));\n}\n"
} as const;

export const popcount = {
  "file": "shaders/popcount.wgsl",
  "overrides": {},
  "structs": {
    "Span": {
      "size": 8,
      "fields": {
        "words": { "offset": 0, "type": "u32" },
        "rounds": { "offset": 4, "type": "u32" }
      }
    }
  },
  "entries": {
    "count_bits": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "span": { "binding": 0, "kind": "uniform", "struct": "Span" },
            "words": { "binding": 1, "kind": "read-only-storage", "element": "u32", "shape": [ "words" ] },
            "counts": { "binding": 2, "kind": "storage", "element": "u32", "shape": [ "words" ] }
          }
        }
      }
    }
  },
  "source": "// The rate at which set bits can be counted, by a bare loop that reads no memory:\n//   count_bits: counts[i] = sum over l < 16 and rounds r of popcount( (words[i] rotated left by l) & mix(r) )\n//   mix(r) = r * 2654435769 (Knuth's multiplicative hash), modulo 2^32\n// Four sums of four lanes each stand side by side, as in pairs.wgsl: 16 counts a round.\n// Grid: x = words. An invocation owns a word: no atomics, no barriers. Preconditions: neither array is shorter than span.words.\n\nstruct Span {\n  words: u32,\n  rounds: u32,\n}\n\n@group(0) @binding(0) var<uniform> span: Span;\n@group(0) @binding(1) var<storage, read> words: array<u32>;        // [words]\n@group(0) @binding(2) var<storage, read_write> counts: array<u32>; // [words]\n\nfn rotated(word: u32, by: vec4<u32>) -> vec4<u32> {\n  return (vec4<u32>(word) << by) | ((vec4<u32>(word) >> (vec4<u32>(31u) - by)) >> vec4<u32>(1u));\n}\n\n@compute @workgroup_size(64)\nfn count_bits(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= span.words) { return; }\n  let word = words[id.x];\n  let lanes = vec4<u32>(0u, 1u, 2u, 3u);\n  let words0 = rotated(word, lanes);\n  let words1 = rotated(word, lanes + vec4<u32>(4u));\n  let words2 = rotated(word, lanes + vec4<u32>(8u));\n  let words3 = rotated(word, lanes + vec4<u32>(12u));\n  var counts0 = vec4<u32>();\n  var counts1 = vec4<u32>();\n  var counts2 = vec4<u32>();\n  var counts3 = vec4<u32>();\n  for (var round = 0u; round < span.rounds; round++) {\n    let mix = vec4<u32>(round * 2654435769u);\n    counts0 += countOneBits(words0 & mix);\n    counts1 += countOneBits(words1 & mix);\n    counts2 += countOneBits(words2 & mix);\n    counts3 += countOneBits(words3 & mix);\n  }\n  let sums = counts0 + counts1 + counts2 + counts3;\n  counts[id.x] = sums.x + sums.y + sums.z + sums.w;\n}\n"
} as const;

export const relevance = {
  "file": "shaders/relevance.wgsl",
  "overrides": {},
  "structs": {
    "Layer": {
      "size": 20,
      "fields": {
        "inputs": { "offset": 0, "type": "u32" },
        "input_quads": { "offset": 4, "type": "u32" },
        "outputs": { "offset": 8, "type": "u32" },
        "output_quads": { "offset": 12, "type": "u32" },
        "slab_rows": { "offset": 16, "type": "u32" }
      }
    },
    "Rows": {
      "size": 4,
      "fields": {
        "count": { "offset": 0, "type": "u32" }
      }
    }
  },
  "entries": {
    "divide_relevance": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "rows": { "binding": 1, "kind": "uniform", "struct": "Rows" },
            "parameters": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "relevance": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_quads" ] }
          }
        }
      }
    },
    "pass_relevance": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "rows": { "binding": 1, "kind": "uniform", "struct": "Rows" },
            "parameters": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "shares": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "output_lanes" ] },
            "below": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] }
          }
        }
      }
    }
  },
  "source": "// Relevance by the z+ rule, layer by layer from the logits down, biases left out: unit k of a layer shares what it has among the\n// units j below it, by what is positive of t_j w_kj.\n//   divide_relevance: relevance[r, s, k] = relevance[r, s, k] / sum_j max(t_j w_kj, 0),   0 where the sum is 0\n//   pass_relevance:   below[r, s, j]     = sum_k max(t_j w_kj, 0) relevance[r, s, k]\n// with t_j = activations[r, s, j], of the layer below, and w = parameters[r, k, j]. Rows are those of forward.wgsl: lane j = inputs\n// holds the bias and a 1, and takes no part.\n// An invocation owns 4 samples x 4 units: no atomics, no barriers. Padding of `below` is 0; rows past the chunk stay as they are.\n// Variants: \"\".\n\nstruct Layer {\n  inputs: u32,       // units below\n  input_quads: u32,  // quads of a row there, the homogeneous lane included\n  outputs: u32,      // units of the layer\n  output_quads: u32,\n  slab_rows: u32,    // rows of one network in every slab\n}\nstruct Rows {\n  count: u32, // samples in this chunk\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> rows: Rows;\n@group(0) @binding(2) var<storage, read> parameters: array<vec4<f32>>;        // [networks, outputs, input_quads]\n@group(0) @binding(3) var<storage, read> activations: array<vec4<f32>>;       // [networks, slab_rows, input_quads]\n\n// divide_relevance\n@group(0) @binding(4) var<storage, read_write> relevance: array<vec4<f32>>;   // [networks, slab_rows, output_quads]\n\n// pass_relevance\n@group(0) @binding(5) var<storage, read> shares: array<f32>;                  // [networks, slab_rows, output_lanes]\n@group(0) @binding(6) var<storage, read_write> below: array<vec4<f32>>;       // [networks, slab_rows, input_quads]\n\n// Lanes of a quad that are units, the others as 0.\nfn units_of(value: vec4<f32>, quad: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  return select(vec4<f32>(0.0), value, unit < vec4<u32>(layer.inputs));\n}\n\n// First quad of the row of sample s, the last one's past the chunk.\nfn row_of(network: u32, s: u32, quads: u32) -> u32 {\n  return (network * layer.slab_rows + min(s, rows.count - 1u)) * quads;\n}\n\nfn positive(t: vec4<f32>, w: vec4<f32>) -> f32 {\n  return dot(max(t * w, vec4<f32>(0.0)), vec4<f32>(1.0));\n}\n\nfn divide(sums: vec4<f32>, network: u32, sample: u32, quad: u32) {\n  if (sample >= rows.count) { return; }\n  let slot = row_of(network, sample, layer.output_quads) + quad;\n  let quotient = relevance[slot] / sums;\n  relevance[slot] = select(vec4<f32>(0.0), quotient, sums > vec4<f32>(0.0));\n}\n\n// Grid: x = quads of units, y = quads of samples, z = networks.\n@compute @workgroup_size(8, 8)\nfn divide_relevance(@builtin(global_invocation_id) id: vec3<u32>) {\n  let sample = id.y * 4u;\n  if (id.x >= layer.output_quads || sample >= rows.count) { return; }\n  let last = layer.outputs - 1u;\n  let matrix = id.z * layer.outputs;\n  let p0 = (matrix + min(id.x * 4u, last)) * layer.input_quads;\n  let p1 = (matrix + min(id.x * 4u + 1u, last)) * layer.input_quads;\n  let p2 = (matrix + min(id.x * 4u + 2u, last)) * layer.input_quads;\n  let p3 = (matrix + min(id.x * 4u + 3u, last)) * layer.input_quads;\n  let r0 = row_of(id.z, sample, layer.input_quads);\n  let r1 = row_of(id.z, sample + 1u, layer.input_quads);\n  let r2 = row_of(id.z, sample + 2u, layer.input_quads);\n  let r3 = row_of(id.z, sample + 3u, layer.input_quads);\n  var s0 = vec4<f32>(0.0);\n  var s1 = vec4<f32>(0.0);\n  var s2 = vec4<f32>(0.0);\n  var s3 = vec4<f32>(0.0);\n  for (var i = 0u; i < layer.input_quads; i++) {\n    let w0 = units_of(parameters[p0 + i], i);\n    let w1 = units_of(parameters[p1 + i], i);\n    let w2 = units_of(parameters[p2 + i], i);\n    let w3 = units_of(parameters[p3 + i], i);\n    let t0 = activations[r0 + i];\n    let t1 = activations[r1 + i];\n    let t2 = activations[r2 + i];\n    let t3 = activations[r3 + i];\n    s0 += vec4<f32>(positive(t0, w0), positive(t0, w1), positive(t0, w2), positive(t0, w3));\n    s1 += vec4<f32>(positive(t1, w0), positive(t1, w1), positive(t1, w2), positive(t1, w3));\n    s2 += vec4<f32>(positive(t2, w0), positive(t2, w1), positive(t2, w2), positive(t2, w3));\n    s3 += vec4<f32>(positive(t3, w0), positive(t3, w1), positive(t3, w2), positive(t3, w3));\n  }\n  divide(s0, id.z, sample, id.x);\n  divide(s1, id.z, sample + 1u, id.x);\n  divide(s2, id.z, sample + 2u, id.x);\n  divide(s3, id.z, sample + 3u, id.x);\n}\n\nfn write_below(value: vec4<f32>, network: u32, sample: u32, quad: u32) {\n  if (sample >= rows.count) { return; }\n  below[row_of(network, sample, layer.input_quads) + quad] = units_of(value, quad);\n}\n\n// Grid: x = quads of units below, y = quads of samples, z = networks.\n@compute @workgroup_size(8, 8)\nfn pass_relevance(@builtin(global_invocation_id) id: vec3<u32>) {\n  let sample = id.y * 4u;\n  if (id.x >= layer.input_quads || sample >= rows.count) { return; }\n  let lanes = layer.output_quads * 4u;\n  let c0 = row_of(id.z, sample, lanes);\n  let c1 = row_of(id.z, sample + 1u, lanes);\n  let c2 = row_of(id.z, sample + 2u, lanes);\n  let c3 = row_of(id.z, sample + 3u, lanes);\n  let t0 = activations[row_of(id.z, sample, layer.input_quads) + id.x];\n  let t1 = activations[row_of(id.z, sample + 1u, layer.input_quads) + id.x];\n  let t2 = activations[row_of(id.z, sample + 2u, layer.input_quads) + id.x];\n  let t3 = activations[row_of(id.z, sample + 3u, layer.input_quads) + id.x];\n  let none = vec4<f32>(0.0);\n  var s0 = none;\n  var s1 = none;\n  var s2 = none;\n  var s3 = none;\n  for (var k = 0u; k < layer.outputs; k++) {\n    let w = parameters[(id.z * layer.outputs + k) * layer.input_quads + id.x];\n    s0 += max(t0 * w, none) * shares[c0 + k];\n    s1 += max(t1 * w, none) * shares[c1 + k];\n    s2 += max(t2 * w, none) * shares[c2 + k];\n    s3 += max(t3 * w, none) * shares[c3 + k];\n  }\n  write_below(s0, id.z, sample, id.x);\n  write_below(s1, id.z, sample + 1u, id.x);\n  write_below(s2, id.z, sample + 2u, id.x);\n  write_below(s3, id.z, sample + 3u, id.x);\n}\n"
} as const;

export const removals = {
  "file": "shaders/removals.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Stretch": {
      "size": 12,
      "fields": {
        "number": { "offset": 0, "type": "u32" },
        "first": { "offset": 4, "type": "u32" },
        "end": { "offset": 8, "type": "u32" }
      }
    },
    "Layer": {
      "size": 36,
      "fields": {
        "neurons": { "offset": 0, "type": "u32" },
        "neuron_lanes": { "offset": 4, "type": "u32" },
        "units": { "offset": 8, "type": "u32" },
        "quads": { "offset": 12, "type": "u32" },
        "slab_rows": { "offset": 16, "type": "u32" },
        "group": { "offset": 20, "type": "u32" },
        "modes": { "offset": 24, "type": "u32" },
        "first_mode": { "offset": 28, "type": "u32" },
        "blocks": { "offset": 32, "type": "u32" }
      }
    },
    "Part": {
      "size": 16,
      "fields": {
        "neuron": { "offset": 0, "type": "u32" },
        "first": { "offset": 4, "type": "u32" },
        "count": { "offset": 8, "type": "u32" },
        "earlier": { "offset": 12, "type": "u32" }
      }
    }
  },
  "entries": {
    "remove_alone": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "activations": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "neuron_lanes" ] },
            "means": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "neurons" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "units", "neuron_lanes" ] },
            "preactivations": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "differences": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "slabs", "slab_rows", "quads" ] }
          }
        },
        "LAST": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "activations": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "neuron_lanes" ] },
            "means": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "neurons" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "units", "neuron_lanes" ] },
            "preactivations": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "differences": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "slabs", "slab_rows", "quads" ] }
          }
        }
      }
    },
    "pass_on": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "preactivations": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "differences": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "slabs", "slab_rows", "quads" ] }
          }
        },
        "LAST": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "preactivations": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "quads" ] },
            "differences": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "slabs", "slab_rows", "quads" ] }
          }
        }
      }
    },
    "add_changes": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "changes": { "binding": 7, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "class_lanes" ] },
            "predictions": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "class_lanes" ] },
            "labels": { "binding": 9, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "sums": { "binding": 10, "kind": "storage", "element": "f32", "shape": [ "networks", "neurons_and_modes", "blocks" ] }
          }
        },
        "LAST": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "activations": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "neuron_lanes" ] },
            "means": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "neurons" ] },
            "parameters": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "units", "neuron_lanes" ] },
            "predictions": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "class_lanes" ] },
            "labels": { "binding": 9, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "sums": { "binding": 10, "kind": "storage", "element": "f32", "shape": [ "networks", "neurons_and_modes", "blocks" ] }
          }
        }
      }
    }
  },
  "source": "// What the removal of a hidden neuron alone changes, from the intact network upwards, as differences: where nothing changes they are\n// exactly 0, and small ones are not what large numbers leave. With t the neuron's output, c what replaces it, w its outgoing weights,\n// and z intact pre-activations:\n//   remove_alone:  differences[slab, s, k] = act(z_k) - act(z_k - (t - c) w_k), in the layer above the neuron's\n//   pass_on:       differences[slab, s, k] = act(z_k) - act(z_k - differences[slab, s, k]), in a layer further up: the product of that\n//                  layer (forward.wgsl) has put there what z loses. Lane 0 of biases stays 0, so they take no part.\n//   add_changes:   sums[r, n, b] += sum over samples s in block b of (loss, divergence, square, 0), with d_c what logit c loses,\n//                  p the intact prediction, m = sum_c p_c d_c and y the label,\n//                    divergence = sum_c p_c (log p_c - log q_c) = log sum_c p_c e^(m - d_c), q being the prediction without the neuron\n//                    loss       = log p_y - log q_y = divergence + d_y - m,  nats      square = sum_c d_c^2\n// LAST: of the last hidden layer d_c = (t - c) w_c, and no differences are stored.\n// A group is some neurons of a layer, each in one mode or two; slab network * neurons * modes + i is the i-th (neuron, mode) of it.\n// Neurons past the last one are computed like it, and not added. Blocks are those of parts/sum-block.wgsl.\n// An invocation owns a quad of one sample, or a neuron's block in one mode: no atomics, no barriers.\n// Variants: \"\", LAST.\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\n// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: the first block of a page\n// may have begun with the page before, whose sums the host puts there. Within a block sums run in the order of the samples; the host\n// adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms is at most\n// 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).\n// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.\n\nconst BLOCK = 1024u; // samples of a float32 sum\n\n// What a chunk has of a block.\nstruct Stretch {\n  number: u32, // of the block in the page\n  first: u32,  // rows of the chunk\n  end: u32,\n}\n\n// Of the `place`-th block that a chunk of `count` samples touches; empty past the last one.\n// `earlier`: samples of the page's first block and of the page, up to this chunk.\nfn stretch_in(place: u32, earlier: u32, count: u32) -> Stretch {\n  let number = earlier / BLOCK + place;\n  let start = max(earlier, BLOCK * number);\n  let end = max(start, min(earlier + count, BLOCK * number + BLOCK));\n  return Stretch(number, start - earlier, end - earlier);\n}\n\nstruct Layer {\n  neurons: u32,      // of the layer whose neurons are removed\n  neuron_lanes: u32, // floats of a row of its outputs\n  units: u32,        // of the layer whose differences are computed; add_changes: classes\n  quads: u32,        // quads of a row there\n  slab_rows: u32,    // rows of one network, and of one slab\n  group: u32,        // neurons of a group\n  modes: u32,        // 1 or 2\n  first_mode: u32,   // 0: zeros; 1: means\n  blocks: u32,       // of the page\n}\nstruct Part {\n  neuron: u32,  // first of the group\n  first: u32,   // first sample of this chunk within the page\n  count: u32,   // samples in this chunk\n  earlier: u32, // samples of the page's first block and of the page, up to this chunk\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> part: Part;\n@group(0) @binding(2) var<storage, read> activations: array<f32>;            // [networks, slab_rows, neuron_lanes]\n@group(0) @binding(3) var<storage, read> means: array<f32>;                  // [networks, neurons]\n// Of the layer above the neurons': a row of weights for each unit.\n@group(0) @binding(4) var<storage, read> parameters: array<f32>;             // [networks, units, neuron_lanes]\n\n// remove_alone and pass_on\n@group(0) @binding(5) var<storage, read> preactivations: array<vec4<f32>>;   // [networks, slab_rows, quads]\n@group(0) @binding(6) var<storage, read_write> differences: array<vec4<f32>>; // [slabs, slab_rows, quads]\n\n// add_changes\n@group(0) @binding(7) var<storage, read> changes: array<f32>;                // [slabs, slab_rows, class_lanes]\n@group(0) @binding(8) var<storage, read> predictions: array<f32>;            // [networks, slab_rows, class_lanes]\n@group(0) @binding(9) var<storage, read> labels: array<u32>;                // [samples]\n@group(0) @binding(10) var<storage, read_write> sums: array<vec4<f32>>;      // [networks, neurons_and_modes, blocks]\n\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n\n// What replaces a neuron of a network in the `mode`-th of the modes.\nfn replacement(network: u32, neuron: u32, mode: u32) -> f32 {\n  if (layer.first_mode + mode == 0u) { return 0.0; }\n  return means[network * layer.neurons + neuron];\n}\n\n// Lanes of a quad that are units, the others as 0.\nfn units_of(value: vec4<f32>, quad: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  return select(vec4<f32>(0.0), value, unit < vec4<u32>(layer.units));\n}\n\n// The weight by which unit k reads a neuron.\nfn weight(network: u32, k: u32, neuron: u32) -> f32 {\n  return parameters[(network * layer.units + min(k, layer.units - 1u)) * layer.neuron_lanes + neuron];\n}\n\n// Grid: x = quads of units, y = samples, z = networks.\n@compute @workgroup_size(8, 8)\nfn remove_alone(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.quads || id.y >= part.count) { return; }\n  let k = id.x * 4u;\n  let row = id.z * layer.slab_rows + id.y;\n  let z = preactivations[row * layer.quads + id.x];\n  let intact = activate(z);\n  for (var i = 0u; i < layer.group; i++) {\n    let neuron = min(part.neuron + i, layer.neurons - 1u);\n    let w = vec4<f32>(\n      weight(id.z, k, neuron), weight(id.z, k + 1u, neuron), weight(id.z, k + 2u, neuron), weight(id.z, k + 3u, neuron),\n    );\n    let t = activations[row * layer.neuron_lanes + neuron];\n    for (var mode = 0u; mode < layer.modes; mode++) {\n      let slab = (id.z * layer.group + i) * layer.modes + mode;\n      let lost = (t - replacement(id.z, neuron, mode)) * w;\n      let slot = (slab * layer.slab_rows + id.y) * layer.quads + id.x;\n      differences[slot] = units_of(intact - activate(z - lost), id.x);\n    }\n  }\n}\n\n// Grid: x = quads of units, y = samples, z = slabs.\n@compute @workgroup_size(8, 8)\nfn pass_on(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= layer.quads || id.y >= part.count) { return; }\n  let network = id.z / (layer.group * layer.modes);\n  let z = preactivations[(network * layer.slab_rows + id.y) * layer.quads + id.x];\n  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;\n  differences[slot] = units_of(activate(z) - activate(z - differences[slot]), id.x);\n}\n\n// e^x - 1 - x, of which nothing is lost for a small x; `power` is e^x.\nfn beyond_linear(x: f32, power: f32) -> f32 {\n  let series = 0.5 * x * x * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0)))));\n  return select(power - 1.0 - x, series, abs(x) < 0.5);\n}\n\n// log(1 + h), right to a few roundings of itself for a small h.\nfn log_beyond_one(h: f32) -> f32 {\n  let s = h / (2.0 + h);\n  let q = s * s;\n  let series = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));\n  return select(log(1.0 + h), series, h < 0.7);\n}\n\n// From here on log sum p e^x is taken from e^(x - highest), which cannot overflow.\nconst FAR: f32 = 1.0;\n\n// Grid: x = (neuron, mode) of the group, y = blocks that this chunk touches, z = networks.\n@compute @workgroup_size(64)\nfn add_changes(@builtin(global_invocation_id) id: vec3<u32>) {\n  let stretch = stretch_in(id.y, part.earlier, part.count);\n  let neuron = part.neuron + id.x / layer.modes;\n  let mode = id.x % layer.modes;\n  if (id.x >= layer.group * layer.modes || neuron >= layer.neurons || stretch.first >= stretch.end) { return; }\n  let own = ((id.z * layer.neurons + neuron) * layer.modes + mode) * layer.blocks + stretch.number;\n  let classes = layer.units;\n  let lanes = layer.quads * 4u;\n#if LAST\n  let c = replacement(id.z, neuron, mode);\n#else\n  let slab = id.z * layer.group * layer.modes + id.x;\n#endif\n  var sum = sums[own];\n  for (var row = stretch.first; row < stretch.end; row++) {\n    let intact = (id.z * layer.slab_rows + row) * lanes;\n#if LAST\n    let lost = activations[(id.z * layer.slab_rows + row) * layer.neuron_lanes + neuron] - c;\n#else\n    let changed = (slab * layer.slab_rows + row) * lanes;\n#endif\n    let label = labels[part.first + row];\n    var m = 0.0; // relative to the first class, so that a shift of all logits changes nothing\n    var least = 3.0e38;\n    var of_first = 0.0;\n    var of_label = 0.0;\n    var square = 0.0;\n    for (var k = 0u; k < classes; k++) {\n#if LAST\n      let d = lost * weight(id.z, k, neuron);\n#else\n      let d = changes[changed + k];\n#endif\n      if (k == 0u) { of_first = d; }\n      m += predictions[intact + k] * (d - of_first);\n      least = min(least, d);\n      of_label += select(0.0, d, k == label);\n      square += d * d;\n    }\n    m += of_first;\n    let highest = m - least;\n    let shift = select(0.0, highest, highest > FAR);\n    var near = 0.0;\n    var far = 0.0;\n    for (var k = 0u; k < classes; k++) {\n#if LAST\n      let d = lost * weight(id.z, k, neuron);\n#else\n      let d = changes[changed + k];\n#endif\n      let p = predictions[intact + k];\n      let power = exp(m - d - shift);\n      near += p * beyond_linear(m - d, power);\n      far += p * power;\n    }\n    let divergence = select(log_beyond_one(near), highest + log(far), highest > FAR);\n    sum += vec4<f32>(divergence + of_label - m, divergence, square, 0.0);\n  }\n  sums[own] = sum;\n}\n"
} as const;

export const shuffle = {
  "file": "shaders/shuffle.wgsl",
  "overrides": {},
  "structs": {
    "Permutation": {
      "size": 8,
      "fields": {
        "samples": { "offset": 0, "type": "u32" },
        "half_bits": { "offset": 4, "type": "u32" }
      }
    }
  },
  "entries": {
    "shuffle_samples": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "permutation": { "binding": 0, "kind": "uniform", "struct": "Permutation" },
            "round_keys": { "binding": 1, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "ROUNDS" ] },
            "order": { "binding": 2, "kind": "storage", "element": "u32", "shape": [ "networks", "samples" ] }
          }
        }
      }
    }
  },
  "source": "// The order in which each network sees the training samples in one epoch:\n//   order[r, i] = P_r(i),  P_r a permutation of 0..samples-1 keyed by round_keys[r]\n// P is a Feistel network on 2 * half_bits bits, walked until it lands inside (cycle walking: Black and Rogaway, CT-RSA\n// 2002), so each position is computed alone: no sort, no state, the same bits on every adapter and alone or among many.\n// The round function is a multiply-xorshift hash (the constants of H. Prospector's lowbias32).\n// Grid: x = positions, y = networks. Preconditions: 2^(2 half_bits) >= samples, half_bits in 1..15.\n\nconst ROUNDS: u32 = 8u;\n\nstruct Permutation {\n  samples: u32,\n  half_bits: u32,\n}\n\n@group(0) @binding(0) var<uniform> permutation: Permutation;\n@group(0) @binding(1) var<storage, read> round_keys: array<u32>;   // [networks, ROUNDS]\n@group(0) @binding(2) var<storage, read_write> order: array<u32>;  // [networks, samples]\n\nfn mix(value: u32) -> u32 {\n  var x = value;\n  x = (x ^ (x >> 16u)) * 0x7feb352du;\n  x = (x ^ (x >> 15u)) * 0x846ca68bu;\n  return x ^ (x >> 16u);\n}\n\nfn encipher(value: u32, network: u32) -> u32 {\n  let mask = (1u << permutation.half_bits) - 1u;\n  var left = value >> permutation.half_bits;\n  var right = value & mask;\n  for (var round = 0u; round < ROUNDS; round++) {\n    let next = left ^ (mix(right ^ round_keys[network * ROUNDS + round]) & mask);\n    left = right;\n    right = next;\n  }\n  return (left << permutation.half_bits) | right;\n}\n\n@compute @workgroup_size(64)\nfn shuffle_samples(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= permutation.samples) { return; }\n  var place = encipher(id.x, id.y);\n  while (place >= permutation.samples) { place = encipher(place, id.y); }\n  order[id.y * permutation.samples + id.x] = place;\n}\n"
} as const;

export const startSignal = {
  "file": "shaders/start-signal.wgsl",
  "overrides": { "KIND": "u32" },
  "structs": {
    "Rows": {
      "size": 24,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "quads": { "offset": 12, "type": "u32" },
        "classes": { "offset": 16, "type": "u32" },
        "first_class": { "offset": 20, "type": "u32" }
      }
    }
  },
  "entries": {
    "start_signal": {
      "variants": {
        "": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "rows": { "binding": 0, "kind": "uniform", "struct": "Rows" },
            "labels": { "binding": 1, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "logits": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "class_lanes" ] },
            "signal": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "class_quads" ] }
          }
        }
      }
    }
  },
  "source": "// Where a pass back through a network begins: what flows from each logit, for every sample of a chunk and a batch of networks.\n//   LOSS:   signal[r, s, c] = softmax(logits[r, s])_c - [c = y_s], the derivative of the sample's cross-entropy, nats\n//   LABEL:  signal[r, s, c] = [c = y_s], the derivative of the label's logit\n//   LOGIT:  signal[r, s, c] = [c = y_s] logits[r, s, c], the label's logit itself\n//   PREDICTION: signal[r, s, c] = softmax(logits[r, s])_c, for what is compared with it\n// and of networks that are copies of one, for the r-th class k of a run of classes, p being softmax(logits[r, s]),\n//   UNIT:   signal[r, s, c] = [c = k], the derivative of logit k\n//   SPREAD: signal[r, s, c] = sqrt(p_k) ([c = k] - p_c): the sum over k of its products with itself is diag p - p p'\n// Of each sample alone, so chunks do not matter: backward.wgsl's output_delta is of a batch's mean.\n// Grid: x = rows, y = networks. An invocation owns one row: no atomics, no barriers. Padding is 0; rows past the chunk stay as they are.\n// Variants: \"\".\n\noverride KIND: u32 = 0u; // 0: LOSS, 1: LABEL, 2: LOGIT, 3: PREDICTION, 4: UNIT, 5: SPREAD\n\nstruct Rows {\n  first: u32,     // first sample of this chunk, as a row of `labels`\n  count: u32,     // samples in this chunk\n  slab_rows: u32, // rows of one network in `logits` and `signal`\n  quads: u32,     // quads of a row of both\n  classes: u32,\n  first_class: u32, // UNIT and SPREAD: class of network 0\n}\n\n@group(0) @binding(0) var<uniform> rows: Rows;\n@group(0) @binding(1) var<storage, read> labels: array<u32>;              // [samples]\n@group(0) @binding(2) var<storage, read> logits: array<f32>;              // [networks, slab_rows, class_lanes]\n@group(0) @binding(3) var<storage, read_write> signal: array<vec4<f32>>;  // [networks, slab_rows, class_quads]\n\n@compute @workgroup_size(32)\nfn start_signal(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= rows.count) { return; }\n  let row = (id.y * rows.slab_rows + id.x) * rows.quads;\n  let base = row * 4u;\n  let label = labels[rows.first + id.x];\n  var highest = logits[base];\n  var total = 0.0;\n  if (KIND == 0u || KIND == 3u || KIND == 5u) {\n    for (var c = 1u; c < rows.classes; c++) { highest = max(highest, logits[base + c]); }\n    for (var c = 0u; c < rows.classes; c++) { total += exp(logits[base + c] - highest); }\n  }\n  let chosen = rows.first_class + id.y;\n  var root = 0.0;\n  if (KIND == 5u) { root = sqrt(exp(logits[base + chosen] - highest) / total); }\n  for (var quad = 0u; quad < rows.quads; quad++) {\n    var values = vec4<f32>(0.0);\n    for (var lane = 0u; lane < 4u; lane++) {\n      let c = quad * 4u + lane;\n      if (c < rows.classes) {\n        let own = select(0.0, 1.0, c == label);\n        if (KIND == 0u) {\n          values[lane] = exp(logits[base + c] - highest) / total - own;\n        } else if (KIND == 1u) {\n          values[lane] = own;\n        } else if (KIND == 3u) {\n          values[lane] = exp(logits[base + c] - highest) / total;\n        } else if (KIND == 4u) {\n          values[lane] = select(0.0, 1.0, c == chosen);\n        } else if (KIND == 5u) {\n          values[lane] = root * (select(0.0, 1.0, c == chosen) - exp(logits[base + c] - highest) / total);\n        } else {\n          values[lane] = select(0.0, logits[base + c], c == label);\n        }\n      }\n    }\n    signal[row + quad] = values;\n  }\n}\n"
} as const;

export const stream = {
  "file": "shaders/stream.wgsl",
  "overrides": { "SCALE": "f32" },
  "structs": {
    "Span": {
      "size": 4,
      "fields": {
        "quads": { "offset": 0, "type": "u32" }
      }
    }
  },
  "entries": {
    "triad": {
      "variants": {
        "": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "span": { "binding": 0, "kind": "uniform", "struct": "Span" },
            "addends": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "lanes" ] },
            "factors": { "binding": 2, "kind": "read-only-storage", "element": "f32", "shape": [ "lanes" ] },
            "sums": { "binding": 3, "kind": "storage", "element": "f32", "shape": [ "lanes" ] }
          }
        }
      }
    }
  },
  "source": "// Streaming bandwidth, measured as STREAM's triad does (McCalpin 1995):\n//   sums[i] = addends[i] + SCALE * factors[i]\n// Two arrays are read and one is written, each value once: 12 bytes for 2 operations, so memory alone limits it.\n// Grid: x = quads. An invocation owns one quad: no atomics, no barriers. Preconditions: no array is shorter than\n// 4 * span.quads; SCALE is small, so that integers stay exact.\n\noverride SCALE: f32 = 3.0;\n\nstruct Span {\n  quads: u32, // quads of each array that take part\n}\n\n@group(0) @binding(0) var<uniform> span: Span;\n@group(0) @binding(1) var<storage, read> addends: array<vec4<f32>>;    // [lanes]\n@group(0) @binding(2) var<storage, read> factors: array<vec4<f32>>;    // [lanes]\n@group(0) @binding(3) var<storage, read_write> sums: array<vec4<f32>>; // [lanes]\n\n@compute @workgroup_size(256)\nfn triad(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= span.quads) { return; }\n  sums[id.x] = addends[id.x] + SCALE * factors[id.x];\n}\n"
} as const;

export const tally = {
  "file": "shaders/tally.wgsl",
  "overrides": {},
  "structs": {
    "Range": {
      "size": 28,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "slab_rows": { "offset": 8, "type": "u32" },
        "lanes": { "offset": 12, "type": "u32" },
        "classes": { "offset": 16, "type": "u32" },
        "first_job": { "offset": 20, "type": "u32" },
        "blocks": { "offset": 24, "type": "u32" }
      }
    }
  },
  "entries": {
    "tally_blocks": {
      "variants": {
        "": {
          "workgroupSize": [ 32, 1, 1 ],
          "bindings": {
            "range": { "binding": 0, "kind": "uniform", "struct": "Range" },
            "logits": { "binding": 1, "kind": "read-only-storage", "element": "f32", "shape": [ "slabs", "slab_rows", "lanes" ] },
            "labels": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "right": { "binding": 3, "kind": "storage", "element": "u32", "shape": [ "jobs", "blocks" ] },
            "losses": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "jobs", "blocks" ] }
          }
        }
      }
    }
  },
  "source": "// How well logits classify: per job and block of 64 samples\n//   right[j, b]   = bit i is 1 where argmax_c logits[j, s, c] = labels[s], s the i-th sample of b   (ties go to the lowest class)\n//   losses[j, b]  = sum_{s in b} ( log sum_c exp(logits[j, s, c]) - logits[j, s, labels[s]] ),  nats\n// The host adds blocks: bits exactly, of all samples or of a class, losses in float64 and block order, so chunking never changes\n// a result.\n// Grid: x = blocks, y = jobs. An invocation owns one block: no atomics, no barriers.\n// Preconditions: range.first is a multiple of 64 (BLOCK on the host).\n\nconst BLOCK: u32 = 64u;\n\nstruct Range {\n  first: u32,     // first sample of this chunk, as a row of `labels`\n  count: u32,     // samples in this chunk\n  slab_rows: u32, // rows of one job in `logits`\n  lanes: u32,     // floats of a row of `logits`, padding included\n  classes: u32,\n  first_job: u32, // jobs[first_job + y] is what slab y of `logits` is for\n  blocks: u32,    // blocks over all chunks: row length of `right` and `losses`\n}\n\n@group(0) @binding(0) var<uniform> range: Range;\n@group(0) @binding(1) var<storage, read> logits: array<f32>;         // [slabs, slab_rows, lanes]\n@group(0) @binding(2) var<storage, read> labels: array<u32>;         // [samples]\n@group(0) @binding(3) var<storage, read_write> right: array<vec2<u32>>; // [jobs, blocks]\n@group(0) @binding(4) var<storage, read_write> losses: array<f32>;   // [jobs, blocks]\n\n// Samples of a block of 64 as bits: sample i is bit i % 32 of word i / 32.\nfn bit_of(i: u32) -> vec2<u32> {\n  let bit = 1u << (i % 32u);\n  return select(vec2<u32>(0u, bit), vec2<u32>(bit, 0u), i < 32u);\n}\n\n@compute @workgroup_size(32)\nfn tally_blocks(@builtin(global_invocation_id) id: vec3<u32>) {\n  let start = id.x * BLOCK;\n  if (start >= range.count) { return; }\n  let stop = min(start + BLOCK, range.count);\n  var hits = vec2<u32>(0u);\n  var loss = 0.0;\n  for (var s = start; s < stop; s++) {\n    let base = (id.y * range.slab_rows + s) * range.lanes;\n    var best = 0u;\n    var highest = logits[base];\n    for (var c = 1u; c < range.classes; c++) {\n      let value = logits[base + c];\n      if (value > highest) {\n        highest = value;\n        best = c;\n      }\n    }\n    var total = 0.0;\n    for (var c = 0u; c < range.classes; c++) { total += exp(logits[base + c] - highest); }\n    let label = labels[range.first + s];\n    hits |= select(vec2<u32>(0u), bit_of(s - start), best == label);\n    loss += log(total) + highest - logits[base + label];\n  }\n  let slot = (range.first_job + id.y) * range.blocks + range.first / BLOCK + id.x;\n  right[slot] = hits;\n  losses[slot] = loss;\n}\n"
} as const;

export const topLayer = {
  "file": "shaders/top-layer.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32", "SLOPES_KEPT": "bool" },
  "structs": {
    "Layer": {
      "size": 24,
      "fields": {
        "input_quads": { "offset": 0, "type": "u32" },
        "inputs": { "offset": 4, "type": "u32" },
        "outputs": { "offset": 8, "type": "u32" },
        "output_quads": { "offset": 12, "type": "u32" },
        "slab_rows": { "offset": 16, "type": "u32" },
        "order_rows": { "offset": 20, "type": "u32" }
      }
    },
    "Batch": {
      "size": 40,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "learning_rate": { "offset": 8, "type": "f32" },
        "variance_correction": { "offset": 12, "type": "f32" },
        "beta1": { "offset": 16, "type": "f32" },
        "beta2": { "offset": 20, "type": "f32" },
        "one_minus_beta1": { "offset": 24, "type": "f32" },
        "one_minus_beta2": { "offset": 28, "type": "f32" },
        "epsilon": { "offset": 32, "type": "f32" },
        "l2": { "offset": 36, "type": "f32" }
      }
    }
  },
  "entries": {
    "step_top_layer": {
      "variants": {
        "": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "labels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "inputs": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "below_delta": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "first_moments": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "second_moments": { "binding": 9, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        },
        "GRADIENT": {
          "workgroupSize": [ 256, 1, 1 ],
          "bindings": {
            "layer": { "binding": 0, "kind": "uniform", "struct": "Layer" },
            "batch": { "binding": 1, "kind": "uniform", "struct": "Batch" },
            "order": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "networks", "samples" ] },
            "labels": { "binding": 3, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "losses": { "binding": 4, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows" ] },
            "inputs": { "binding": 5, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "below_delta": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "networks", "slab_rows", "input_quads" ] },
            "parameters": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] },
            "gradients": { "binding": 8, "kind": "storage", "element": "f32", "shape": [ "networks", "outputs", "input_quads" ] }
          }
        }
      }
    }
  },
  "source": "// The top layer's whole part in a training step, in one dispatch instead of four (see backward.wgsl for the formulas):\n//   z[s, c] = sum_i inputs[r, s, i] * parameters[r, c, i]                                     (forward_layer)\n//   d[s, c] = (softmax(z[s])_c - [c = y_s]) / count, and the batch's cross-entropy            (output_delta)\n//   below_delta[r, s, i] = act' * sum_c d[s, c] * parameters[r, c, i], act' from inputs[r, s, i]  (hidden_delta)\n//   g[r, c, i] = sum_s d[s, c] * inputs[r, s, i] + 2 l2 parameters[r, c, i], then Adam        (update_parameters)\n// With few classes this is little work, and on a GPU it is the dispatches that take the time.\n// Grid: x = networks. A workgroup of 256 owns a network's batch: z and d never leave it. Barriers part the stages, so that\n// no parameter is updated before all have been read. No atomics; every sum runs in a fixed order.\n// Preconditions: outputs <= 16, slab_rows <= 128. Rows batch.count and above of every slab are ignored: their delta is 0.\n// SLOPES_KEPT: below_delta holds act' before, as in backward.wgsl.\n// GRADIENT: write g instead of using it.\n// Variants: \"\", GRADIENT.\n\noverride ACTIVATION: u32 = 0u; // of the layer below: the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\noverride SLOPES_KEPT: bool = false;\n\nconst WORKGROUP: u32 = 256u;\nconst CLASS_QUADS: u32 = 4u; // quads of a row of z and d\nconst ROWS: u32 = 32u;       // rows whose z is computed at once: 8 invocations each, 4 quads x 2 halves of the sum\n\nstruct Layer {\n  input_quads: u32,   // quads of a source row and of a parameter row\n  inputs: u32,        // input units; the lane of this index is the bias\n  outputs: u32,       // units of the layer\n  output_quads: u32,  // quads of a row of its delta\n  slab_rows: u32,     // rows of one network in every slab: the batch size\n  order_rows: u32,    // rows of `order` for one network\n}\n// A step of training: which samples, and the terms of Adam.\nstruct Batch {\n  first: u32,               // first position in `order`\n  count: u32,               // samples in this batch\n  learning_rate: f32,       // learningRate / (1 - beta1^t)\n  variance_correction: f32, // 1 / sqrt(1 - beta2^t)\n  beta1: f32,\n  beta2: f32,\n  one_minus_beta1: f32,     // from the host's float64: formed here, 1 - beta2 would be wrong by 1e-5 of itself\n  one_minus_beta2: f32,\n  epsilon: f32,\n  l2: f32,\n}\n\n@group(0) @binding(0) var<uniform> layer: Layer;\n@group(0) @binding(1) var<uniform> batch: Batch;\n@group(0) @binding(2) var<storage, read> order: array<u32>;                   // [networks, samples]\n@group(0) @binding(3) var<storage, read> labels: array<u32>;                  // [samples]\n@group(0) @binding(4) var<storage, read_write> losses: array<f32>;            // [networks, slab_rows]\n@group(0) @binding(5) var<storage, read> inputs: array<vec4<f32>>;            // [networks, slab_rows, input_quads]\n@group(0) @binding(6) var<storage, read_write> below_delta: array<vec4<f32>>; // [networks, slab_rows, input_quads]\n@group(0) @binding(7) var<storage, read_write> parameters: array<vec4<f32>>;  // [networks, outputs, input_quads]\n#if GRADIENT\n@group(0) @binding(8) var<storage, read_write> gradients: array<vec4<f32>>;   // [networks, outputs, input_quads]\n#else\n@group(0) @binding(8) var<storage, read_write> first_moments: array<vec4<f32>>;  // [networks, outputs, input_quads]\n@group(0) @binding(9) var<storage, read_write> second_moments: array<vec4<f32>>; // [networks, outputs, input_quads]\n#endif\n\nvar<workgroup> halves: array<vec4<f32>, 256>; // [ROWS, 2, CLASS_QUADS]: sums over even and odd quads of inputs\nvar<workgroup> deltas: array<vec4<f32>, 512>; // [128, CLASS_QUADS]: d\n\n// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).\nfn derivative(t: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) { return t * (1.0 - t); }\n  if (ACTIVATION == 2u) { return 1.0 - t * t; }\n  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }\n  if (ACTIVATION == 6u) {\n    // 1 - e^-t, which cancels near 0.\n    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));\n  }\n  return vec4<f32>(1.0);\n}\n\n// act' of one quad of the units below.\nfn slope_at(slot: u32) -> vec4<f32> {\n  if (SLOPES_KEPT) { return below_delta[slot]; }\n  return derivative(inputs[slot]);\n}\n\n// What becomes of the sum of one quad of a gradient: with the L2 term it is used by Adam, or written.\nfn finish(sum: vec4<f32>, network: u32, output: u32, quad: u32) {\n  if (output >= layer.outputs) { return; }\n  let slot = (network * layer.outputs + output) * layer.input_quads + quad;\n  let lane = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  finish_quad(sum, slot, lane < vec4<u32>(layer.inputs));\n}\n\n// One quad of parameters, of which some lanes are weights, and have an L2 term.\nfn finish_quad(sum: vec4<f32>, slot: u32, weights: vec4<bool>) {\n  let value = parameters[slot];\n  let gradient = sum + select(vec4<f32>(0.0), 2.0 * batch.l2 * value, weights);\n#if GRADIENT\n  gradients[slot] = gradient;\n#else\n  let m = batch.beta1 * first_moments[slot] + batch.one_minus_beta1 * gradient;\n  let v = batch.beta2 * second_moments[slot] + batch.one_minus_beta2 * gradient * gradient;\n  first_moments[slot] = m;\n  second_moments[slot] = v;\n  parameters[slot] = value - batch.learning_rate * m / (sqrt(v) * batch.variance_correction + batch.epsilon);\n#endif\n}\n\n// Half of the sum of z for 4 classes and one row: quads `half`, half + 2, ... of the inputs.\nfn half_sum(network: u32, sample: u32, half: u32, classes: u32) -> vec4<f32> {\n  let source = (network * layer.slab_rows + min(sample, batch.count - 1u)) * layer.input_quads;\n  let matrix = network * layer.outputs;\n  let last = layer.outputs - 1u;\n  // Classes past the last one repeat it; nothing reads them.\n  let w0 = (matrix + min(classes * 4u, last)) * layer.input_quads;\n  let w1 = (matrix + min(classes * 4u + 1u, last)) * layer.input_quads;\n  let w2 = (matrix + min(classes * 4u + 2u, last)) * layer.input_quads;\n  let w3 = (matrix + min(classes * 4u + 3u, last)) * layer.input_quads;\n  var sum = vec4<f32>(0.0);\n  for (var i = half; i < layer.input_quads; i += 2u) {\n    sum += inputs[source + i] * mat4x4<f32>(parameters[w0 + i], parameters[w1 + i], parameters[w2 + i], parameters[w3 + i]);\n  }\n  return sum;\n}\n\n// z of 4 classes of a staged row.\nfn logits_of(row: u32, classes: u32) -> vec4<f32> {\n  return halves[row * 8u + classes] + halves[row * 8u + 4u + classes];\n}\n\nfn units_of(quad: u32) -> vec4<u32> {\n  return vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n}\n\n// Softmax, loss and d of one staged row. With NaN among the logits the loss is not finite.\nfn finish_row(network: u32, sample: u32, row: u32) {\n  let class_quads = (layer.outputs + 3u) / 4u;\n  let count = vec4<u32>(layer.outputs);\n  let label = labels[order[network * layer.order_rows + batch.first + sample]];\n  var top = vec4<f32>(logits_of(row, 0u).x);\n  for (var q = 0u; q < class_quads; q++) { top = max(top, select(top, logits_of(row, q), units_of(q) < count)); }\n  let highest = max(max(top.x, top.y), max(top.z, top.w));\n  let nothing = vec4<f32>(0.0);\n  var sums = nothing;\n  var own = nothing;\n  for (var q = 0u; q < class_quads; q++) {\n    let z = logits_of(row, q);\n    sums += select(nothing, exp(z - highest), units_of(q) < count);\n    own += select(nothing, z, units_of(q) == vec4<u32>(label));\n  }\n  let total = (sums.x + sums.y) + (sums.z + sums.w);\n  let scale = 1.0 / f32(batch.count);\n  for (var q = 0u; q < class_quads; q++) {\n    let wanted = select(nothing, vec4<f32>(1.0), units_of(q) == vec4<u32>(label));\n    let d = (exp(logits_of(row, q) - highest) / total - wanted) * scale;\n    let slot = sample * CLASS_QUADS + q;\n    deltas[slot] = select(nothing, d, units_of(q) < count);\n  }\n  let loss = network * layer.slab_rows + sample;\n  losses[loss] += log(total) + highest - ((own.x + own.y) + (own.z + own.w));\n}\n\n// The delta below for one quad of units of one row.\nfn write_below(network: u32, sample: u32, quad: u32) {\n  let slot = (network * layer.slab_rows + sample) * layer.input_quads + quad;\n  var sum = vec4<f32>(0.0);\n  if (sample < batch.count) {\n    let matrix = network * layer.outputs * layer.input_quads + quad;\n    for (var c = 0u; c < layer.outputs; c++) {\n      sum += deltas[sample * CLASS_QUADS + c / 4u][c % 4u] * parameters[matrix + c * layer.input_quads];\n    }\n    sum *= slope_at(slot);\n  }\n  below_delta[slot] = select(vec4<f32>(0.0), sum, units_of(quad) < vec4<u32>(layer.inputs));\n}\n\n// The gradient of one quad of one class's parameters, and what becomes of it.\nfn update_quad(network: u32, output: u32, quad: u32) {\n  let source = network * layer.slab_rows * layer.input_quads + quad;\n  var sum = vec4<f32>(0.0);\n  for (var s = 0u; s < batch.count; s++) {\n    sum += deltas[s * CLASS_QUADS + output / 4u][output % 4u] * inputs[source + s * layer.input_quads];\n  }\n  finish(sum, network, output, quad);\n}\n\n@compute @workgroup_size(256)\nfn step_top_layer(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {\n  for (var first = 0u; first < batch.count; first += ROWS) {\n    halves[thread] = half_sum(at.x, first + thread / 8u, thread / 4u % 2u, thread % 4u);\n    workgroupBarrier();\n    if (thread < ROWS && first + thread < batch.count) { finish_row(at.x, first + thread, thread); }\n    workgroupBarrier();\n  }\n  for (var item = thread; item < layer.slab_rows * layer.input_quads; item += WORKGROUP) {\n    write_below(at.x, item / layer.input_quads, item % layer.input_quads);\n  }\n  storageBarrier();\n  for (var item = thread; item < layer.outputs * layer.input_quads; item += WORKGROUP) {\n    update_quad(at.x, item / layer.input_quads, item % layer.input_quads);\n  }\n}\n"
} as const;

export const walkLayer = {
  "file": "shaders/walk-layer.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32" },
  "structs": {
    "Walk": {
      "size": 52,
      "fields": {
        "source_lanes": { "offset": 0, "type": "u32" },
        "source_units": { "offset": 4, "type": "u32" },
        "unit_quads": { "offset": 8, "type": "u32" },
        "units": { "offset": 12, "type": "u32" },
        "lead": { "offset": 16, "type": "u32" },
        "stride": { "offset": 20, "type": "u32" },
        "slab_rows": { "offset": 24, "type": "u32" },
        "walk_length": { "offset": 28, "type": "u32" },
        "neurons": { "offset": 32, "type": "u32" },
        "steps": { "offset": 36, "type": "u32" },
        "networks": { "offset": 40, "type": "u32" },
        "starts": { "offset": 44, "type": "u32" },
        "blocks": { "offset": 48, "type": "u32" }
      }
    },
    "Part": {
      "size": 20,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "first_step": { "offset": 8, "type": "u32" },
        "steps": { "offset": 12, "type": "u32" },
        "jobs": { "offset": 16, "type": "u32" }
      }
    },
    "Place": {
      "size": 8,
      "fields": {
        "source": { "offset": 0, "type": "u32" },
        "own": { "offset": 4, "type": "u32" }
      }
    }
  },
  "entries": {
    "walk_layer": {
      "variants": {
        "": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "outputs": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "slabs", "slab_rows", "unit_quads" ] }
          }
        },
        "SINGLE": {
          "workgroupSize": [ 8, 8, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "outputs": { "binding": 6, "kind": "storage", "element": "f32", "shape": [ "slabs", "slab_rows", "unit_quads" ] }
          }
        }
      }
    }
  },
  "source": "// Cumulative ablation of any hidden layer at rank-one cost, where more than one product lies between z of parts/walk.wgsl and the\n// logits, or more than 12 classes, or few removals are evaluated: outputs[step, j, s, k] = act(z_k), for forward.wgsl to carry on from.\n// Every value has one owner, an invocation that walks one quad of one sample's units: no atomics, no barriers.\n// Variants: \"\", SINGLE.\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\n\n// What all walks along an order of removal share (walk-tally.wgsl, walk-product.wgsl, walk-layer.wgsl).\n// state[slab, s, k] holds z_k, the pre-activations above the ablated layer: slabs below walk.starts those that walks start from,\n// and slab walk.starts + j those of job j so far (behind the last job's, one for walkers without a sample).\n// Removing neuron n replaces its output t_n by c_n there: z_k -= (t_n - c_n) * transposed[n, k].\n// A walk removes neurons, or begins where they are gone and restores them: z_k += (t_n - c_n) * transposed[n, k]. Where c_n is 0,\n// a silent neuron then adds exactly 0, and what exact arithmetic ties stays tied; taking t_n * w away again would leave a residue.\n// Evaluation 0 is the start. SINGLE: each neuron is removed alone, and jobs have no slab of their own (see `alone`).\n\nconst BLOCK: u32 = 64u;\n// An order's entry for a neuron of another layer. With UPPER, unit k of z; else nothing to update here.\nconst NONE: u32 = 0xffffffffu;\nconst UPPER: u32 = 0x80000000u;\n\nstruct Walk {\n  source_lanes: u32, // floats of a row of `activations`\n  source_units: u32, // neurons of the ablated layer: rows of one network in `transposed`\n  unit_quads: u32,   // quads of a row of `transposed` and `state`\n  units: u32,        // units of z\n  lead: u32,         // moves before evaluation 1: neurons removed or restored\n  stride: u32,       // moves between two later evaluations\n  slab_rows: u32,    // rows of one slab of `activations`, `state` and `outputs`\n  walk_length: u32,  // entries of one row of `walks`\n  neurons: u32,      // moves of a walk\n  steps: u32,        // walk_product: steps of a walk, at most\n  networks: u32,     // networks that are walked over\n  starts: u32,       // slabs of `state` before those of the jobs\n  blocks: u32,       // row length of `tallies`\n}\nstruct Part {\n  first: u32,      // first sample, a multiple of BLOCK; a row of `labels`\n  count: u32,      // samples\n  first_step: u32, // steps done before: evaluations, in walk_tally and walk_layer\n  steps: u32,      // steps in this part\n  jobs: u32,       // jobs of this dispatch\n}\n\n@group(0) @binding(0) var<uniform> walk: Walk;\n@group(0) @binding(1) var<uniform> part: Part;\n// Entry 0 of a row: (network, first row of `tallies`). Entry 1: (slab of `state` to start from; neurons that are gone there and\n// come back, or NONE where neurons go), SINGLE: (slab of the intact network, slab without the neurons of this part). Then per\n// move: (neuron, or UPPER | unit, or NONE; bits of its replacement c). walk_product: then per step two entries, (moves done\n// before, and after it) and (evaluation that follows it, evaluations after that one and before the next step).\n@group(0) @binding(2) var<storage, read> walks: array<vec2<u32>>;          // [jobs, walk_length]\n@group(0) @binding(3) var<storage, read> activations: array<f32>;          // [networks, slab_rows, source_lanes]\n@group(0) @binding(4) var<storage, read> transposed: array<vec4<f32>>;     // [networks, source_units, unit_quads]\n@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;    // [networks_and_jobs, slab_rows, unit_quads]\n\n// Entries of a row before its moves.\nconst HEADER: u32 = 2u;\n\n// What a neuron gives for one sample; 0 where it lies in another layer.\nfn output_of(removal: vec2<u32>, row: u32) -> f32 {\n  // No branch: software adapters would mask it lane by lane.\n  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];\n  return select(value, 0.0, removal.x >= UPPER);\n}\n\n// 1 where a walk removes neurons, -1 where it restores them.\nfn direction_of(head: u32) -> f32 {\n  return select(-1.0, 1.0, walks[head + 1u].y == NONE);\n}\n\n// What a move takes from z, over the neuron's weights: t - c where it goes, c - t where it comes back; 0 for another layer's.\nfn difference(removal: vec2<u32>, row: u32, direction: f32) -> f32 {\n  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];\n  return select(direction * (value - bitcast<f32>(removal.y)), 0.0, removal.x >= UPPER);\n}\n\n// First quad of the removed neuron's outgoing weights.\nfn outgoing(removal: vec2<u32>, network: u32) -> u32 {\n  return (network * walk.source_units + min(removal.x, walk.source_units - 1u)) * walk.unit_quads;\n}\n\n// First quads of a sample's rows of `state`: to read from, and to write to; SINGLE: intact, and without the neurons of this part.\n// Walkers without a sample share what lies behind the last job's slabs.\nstruct Place {\n  source: u32,\n  own: u32,\n}\n\nfn place_of(head: u32, job: u32, sample: u32, present: bool) -> Place {\n  let first = (walks[head + 1u].x * walk.slab_rows + sample) * walk.unit_quads;\n#if SINGLE\n  return Place(first, (walks[head + 1u].y * walk.slab_rows + sample) * walk.unit_quads);\n#else\n#if MASKED\n  // Two slabs in turn: what a part starts from is still there when it evaluates units that move alone.\n  let slab = 2u * select(part.jobs, job, present) + (part.first_step / PART_STEPS) % 2u;\n  let before = slab ^ 1u;\n#else\n  let slab = select(part.jobs, job, present);\n  let before = slab;\n#endif\n  let own = ((walk.starts + slab) * walk.slab_rows + sample) * walk.unit_quads;\n  let last = ((walk.starts + before) * walk.slab_rows + sample) * walk.unit_quads;\n  return Place(select(last, first, part.first_step == 0u), own);\n#endif\n}\n\n#if SINGLE\n// Whether intact - (t - c) w is exact where exact arithmetic ties: the neuron is silent, or a constant takes its place. Else z\n// without it is a sum of what the others give, as a subtraction would leave a residue.\nfn is_direct(removal: vec2<u32>, output: f32) -> bool {\n  return bitcast<f32>(removal.y) != 0.0 || output == 0.0;\n}\n#endif\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n// A quad of a row of units: those past the last one are padding, the homogeneous 1, then zeros.\nfn with_padding(values: vec4<f32>, quad: u32, units: u32) -> vec4<f32> {\n  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);\n  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(units));\n  return select(padding, values, unit < vec4<u32>(units));\n}\n\n@group(0) @binding(6) var<storage, read_write> outputs: array<vec4<f32>>; // [slabs, slab_rows, unit_quads]\n\n// Moves done at an evaluation.\nfn moves_at(evaluation: u32) -> u32 {\n  if (evaluation == 0u) { return 0u; }\n  return min(walk.lead + (evaluation - 1u) * walk.stride, walk.neurons);\n}\n\n#if SINGLE\n// z without neuron `at` of the order, for one sample's quad: intact, or without the neurons of this part.\nfn alone(head: u32, at: u32, row: u32, quad: u32, intact: vec4<f32>, without: vec4<f32>) -> vec4<f32> {\n  let network = walks[head].x;\n  let own = walks[head + HEADER + at];\n  if (is_direct(own, output_of(own, row))) {\n    return intact - difference(own, row, 1.0) * transposed[outgoing(own, network) + quad];\n  }\n  var z = without;\n  for (var other = moves_at(max(part.first_step, 1u) - 1u); other < moves_at(part.first_step + part.steps - 1u); other++) {\n    if (other == at) { continue; }\n    let neuron = walks[head + HEADER + other];\n    z += output_of(neuron, row) * transposed[outgoing(neuron, network) + quad];\n  }\n  return z;\n}\n#endif\n\n// Grid: x = quads of units, y = samples, z = jobs. Slab e * part.jobs + j of `outputs` is job j at evaluation e.\n@compute @workgroup_size(8, 8)\nfn walk_layer(@builtin(global_invocation_id) id: vec3<u32>) {\n  if (id.x >= walk.unit_quads || id.y >= part.count) { return; }\n  let head = id.z * walk.walk_length;\n  let network = walks[head].x;\n  let row = network * walk.slab_rows + id.y;\n  let place = place_of(head, id.z, id.y, true);\n  let start = state[place.source + id.x];\n#if SINGLE\n  let without = state[place.own + id.x];\n#else\n  let direction = direction_of(head);\n#endif\n  var z = start;\n  for (var e = 0u; e < part.steps; e++) {\n    let evaluation = part.first_step + e;\n#if SINGLE\n    if (evaluation > 0u) { z = alone(head, evaluation - 1u, row, id.x, start, without); }\n#else\n    for (var at = moves_at(max(evaluation, 1u) - 1u); at < moves_at(evaluation); at++) {\n      let removal = walks[head + HEADER + at];\n      z -= difference(removal, row, direction) * transposed[outgoing(removal, network) + id.x];\n    }\n#endif\n    let slot = ((e * part.jobs + id.z) * walk.slab_rows + id.y) * walk.unit_quads + id.x;\n    outputs[slot] = with_padding(activate(z), id.x, walk.units);\n  }\n#if SINGLE\n#else\n  state[place.own + id.x] = z;\n#endif\n}\n"
} as const;

export const walkProduct = {
  "file": "shaders/walk-product.wgsl",
  "overrides": { "ACTIVATION": "u32", "ALPHA": "f32", "CLASSES": "u32" },
  "structs": {
    "Walk": {
      "size": 52,
      "fields": {
        "source_lanes": { "offset": 0, "type": "u32" },
        "source_units": { "offset": 4, "type": "u32" },
        "unit_quads": { "offset": 8, "type": "u32" },
        "units": { "offset": 12, "type": "u32" },
        "lead": { "offset": 16, "type": "u32" },
        "stride": { "offset": 20, "type": "u32" },
        "slab_rows": { "offset": 24, "type": "u32" },
        "walk_length": { "offset": 28, "type": "u32" },
        "neurons": { "offset": 32, "type": "u32" },
        "steps": { "offset": 36, "type": "u32" },
        "networks": { "offset": 40, "type": "u32" },
        "starts": { "offset": 44, "type": "u32" },
        "blocks": { "offset": 48, "type": "u32" }
      }
    },
    "Part": {
      "size": 20,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "first_step": { "offset": 8, "type": "u32" },
        "steps": { "offset": 12, "type": "u32" },
        "jobs": { "offset": 16, "type": "u32" }
      }
    },
    "Place": {
      "size": 8,
      "fields": {
        "source": { "offset": 0, "type": "u32" },
        "own": { "offset": 4, "type": "u32" }
      }
    },
    "Logits": {
      "size": 48,
      "fields": {
        "a": { "offset": 0, "type": "vec4" },
        "b": { "offset": 16, "type": "vec4" },
        "c": { "offset": 32, "type": "vec4" }
      }
    },
    "Step": {
      "size": 16,
      "fields": {
        "begin": { "offset": 0, "type": "u32" },
        "end": { "offset": 4, "type": "u32" },
        "evaluation": { "offset": 8, "type": "u32" },
        "upper": { "offset": 12, "type": "u32" }
      }
    },
    "UnitMask": {
      "size": 32,
      "fields": {
        "positions": { "offset": 0, "type": "vec4" },
        "constants": { "offset": 16, "type": "vec4" }
      }
    }
  },
  "entries": {
    "walk_product": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] }
          }
        },
        "MASKED": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] },
            "masks": { "binding": 9, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "pairs" ] }
          }
        },
        "SINGLE": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] },
            "right": { "binding": 10, "kind": "storage", "element": "u32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] }
          }
        },
        "MASKED+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] },
            "masks": { "binding": 9, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "pairs" ] }
          }
        },
        "SINGLE+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] },
            "right": { "binding": 10, "kind": "storage", "element": "u32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] }
          }
        },
        "MASKED+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] },
            "masks": { "binding": 9, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "pairs" ] }
          }
        },
        "SINGLE+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "product": { "binding": 8, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "unit_lanes_and_bias", "class_quads" ] },
            "right": { "binding": 10, "kind": "storage", "element": "u32", "shape": [ "evaluations", "blocks" ] }
          }
        }
      }
    }
  },
  "source": "// Cumulative ablation of the hidden layer below the last one, or of both, at rank-one cost. With z as in parts/walk.wgsl:\n//   logits = product[bias] + sum_k act(z_k) * product[k],  tallied at once.\n// Every value has one owner, a job's block of 64 samples: no atomics, exact counts. Eight steps share each load of weights and\n// state: they are written out, since an array would not stay in registers.\n// - plain, for GPUs: a workgroup owns a block, an invocation one sample; the block's tallies meet in workgroup memory.\n// - SUBGROUP, with LANES_4 or LANES_8, for software adapters: no barriers; a workgroup is one subgroup, its lanes are blocks of\n//   one job, and what they share is loaded by one lane and broadcast (see forward.wgsl).\n// MASKED: units of z are removed too (joint orders). A step moves a neuron of the lowest layer; evaluations between two steps\n// move units alone, which changes the logits by (c_k - act(z_k)) * product[k], or back, and nothing else.\n// SINGLE: see is_direct in parts/walk.wgsl.\n// Preconditions: CLASSES <= 12; walk.lead = walk.stride = 1.\n// Variants: \"\", MASKED, SINGLE; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.\n\n#if SUBGROUP\nenable subgroups;\n#endif\n\noverride ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts\noverride ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU\noverride CLASSES: u32 = 12u;\n\nconst PART_STEPS: u32 = 8u; // steps of a part, written out below\n\n// What all walks along an order of removal share (walk-tally.wgsl, walk-product.wgsl, walk-layer.wgsl).\n// state[slab, s, k] holds z_k, the pre-activations above the ablated layer: slabs below walk.starts those that walks start from,\n// and slab walk.starts + j those of job j so far (behind the last job's, one for walkers without a sample).\n// Removing neuron n replaces its output t_n by c_n there: z_k -= (t_n - c_n) * transposed[n, k].\n// A walk removes neurons, or begins where they are gone and restores them: z_k += (t_n - c_n) * transposed[n, k]. Where c_n is 0,\n// a silent neuron then adds exactly 0, and what exact arithmetic ties stays tied; taking t_n * w away again would leave a residue.\n// Evaluation 0 is the start. SINGLE: each neuron is removed alone, and jobs have no slab of their own (see `alone`).\n\nconst BLOCK: u32 = 64u;\n// An order's entry for a neuron of another layer. With UPPER, unit k of z; else nothing to update here.\nconst NONE: u32 = 0xffffffffu;\nconst UPPER: u32 = 0x80000000u;\n\nstruct Walk {\n  source_lanes: u32, // floats of a row of `activations`\n  source_units: u32, // neurons of the ablated layer: rows of one network in `transposed`\n  unit_quads: u32,   // quads of a row of `transposed` and `state`\n  units: u32,        // units of z\n  lead: u32,         // moves before evaluation 1: neurons removed or restored\n  stride: u32,       // moves between two later evaluations\n  slab_rows: u32,    // rows of one slab of `activations`, `state` and `outputs`\n  walk_length: u32,  // entries of one row of `walks`\n  neurons: u32,      // moves of a walk\n  steps: u32,        // walk_product: steps of a walk, at most\n  networks: u32,     // networks that are walked over\n  starts: u32,       // slabs of `state` before those of the jobs\n  blocks: u32,       // row length of `tallies`\n}\nstruct Part {\n  first: u32,      // first sample, a multiple of BLOCK; a row of `labels`\n  count: u32,      // samples\n  first_step: u32, // steps done before: evaluations, in walk_tally and walk_layer\n  steps: u32,      // steps in this part\n  jobs: u32,       // jobs of this dispatch\n}\n\n@group(0) @binding(0) var<uniform> walk: Walk;\n@group(0) @binding(1) var<uniform> part: Part;\n// Entry 0 of a row: (network, first row of `tallies`). Entry 1: (slab of `state` to start from; neurons that are gone there and\n// come back, or NONE where neurons go), SINGLE: (slab of the intact network, slab without the neurons of this part). Then per\n// move: (neuron, or UPPER | unit, or NONE; bits of its replacement c). walk_product: then per step two entries, (moves done\n// before, and after it) and (evaluation that follows it, evaluations after that one and before the next step).\n@group(0) @binding(2) var<storage, read> walks: array<vec2<u32>>;          // [jobs, walk_length]\n@group(0) @binding(3) var<storage, read> activations: array<f32>;          // [networks, slab_rows, source_lanes]\n@group(0) @binding(4) var<storage, read> transposed: array<vec4<f32>>;     // [networks, source_units, unit_quads]\n@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;    // [networks_and_jobs, slab_rows, unit_quads]\n\n// Entries of a row before its moves.\nconst HEADER: u32 = 2u;\n\n// What a neuron gives for one sample; 0 where it lies in another layer.\nfn output_of(removal: vec2<u32>, row: u32) -> f32 {\n  // No branch: software adapters would mask it lane by lane.\n  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];\n  return select(value, 0.0, removal.x >= UPPER);\n}\n\n// 1 where a walk removes neurons, -1 where it restores them.\nfn direction_of(head: u32) -> f32 {\n  return select(-1.0, 1.0, walks[head + 1u].y == NONE);\n}\n\n// What a move takes from z, over the neuron's weights: t - c where it goes, c - t where it comes back; 0 for another layer's.\nfn difference(removal: vec2<u32>, row: u32, direction: f32) -> f32 {\n  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];\n  return select(direction * (value - bitcast<f32>(removal.y)), 0.0, removal.x >= UPPER);\n}\n\n// First quad of the removed neuron's outgoing weights.\nfn outgoing(removal: vec2<u32>, network: u32) -> u32 {\n  return (network * walk.source_units + min(removal.x, walk.source_units - 1u)) * walk.unit_quads;\n}\n\n// First quads of a sample's rows of `state`: to read from, and to write to; SINGLE: intact, and without the neurons of this part.\n// Walkers without a sample share what lies behind the last job's slabs.\nstruct Place {\n  source: u32,\n  own: u32,\n}\n\nfn place_of(head: u32, job: u32, sample: u32, present: bool) -> Place {\n  let first = (walks[head + 1u].x * walk.slab_rows + sample) * walk.unit_quads;\n#if SINGLE\n  return Place(first, (walks[head + 1u].y * walk.slab_rows + sample) * walk.unit_quads);\n#else\n#if MASKED\n  // Two slabs in turn: what a part starts from is still there when it evaluates units that move alone.\n  let slab = 2u * select(part.jobs, job, present) + (part.first_step / PART_STEPS) % 2u;\n  let before = slab ^ 1u;\n#else\n  let slab = select(part.jobs, job, present);\n  let before = slab;\n#endif\n  let own = ((walk.starts + slab) * walk.slab_rows + sample) * walk.unit_quads;\n  let last = ((walk.starts + before) * walk.slab_rows + sample) * walk.unit_quads;\n  return Place(select(last, first, part.first_step == 0u), own);\n#endif\n}\n\n#if SINGLE\n// Whether intact - (t - c) w is exact where exact arithmetic ties: the neuron is silent, or a constant takes its place. Else z\n// without it is a sum of what the others give, as a subtraction would leave a residue.\nfn is_direct(removal: vec2<u32>, output: f32) -> bool {\n  return bitcast<f32>(removal.y) != 0.0 || output == 0.0;\n}\n#endif\n// Tallies in registers, for the walks that reach the logits (walk-tally.wgsl, walk-product.wgsl). They are as in tally.wgsl: per\n// block of 64 samples the correct predictions (a whole number) and the summed cross-entropy, added in the order of the samples.\n\nconst LOWEST: f32 = -3.0e38; // below every logit\n\n@group(0) @binding(6) var<storage, read> labels: array<u32>;               // [samples]\n@group(0) @binding(7) var<storage, read_write> tallies: array<vec2<f32>>;  // [evaluations, blocks]\n#if SINGLE\n// As in tally.wgsl: which samples of the block are predicted correctly.\n@group(0) @binding(10) var<storage, read_write> right: array<vec2<u32>>;   // [evaluations, blocks]\n// Samples of a block of 64 as bits: sample i is bit i % 32 of word i / 32.\nfn bit_of(i: u32) -> vec2<u32> {\n  let bit = 1u << (i % 32u);\n  return select(vec2<u32>(0u, bit), vec2<u32>(bit, 0u), i < 32u);\n}\n\n// The bit of sample i of a block, if its tally counts it.\nfn right_bit(i: u32, tallied: vec2<f32>) -> vec2<u32> {\n  return select(vec2<u32>(0u), bit_of(i), tallied.x > 0.0);\n}\n#endif\n\n// Three quads of logits.\nstruct Logits {\n  a: vec4<f32>,\n  b: vec4<f32>,\n  c: vec4<f32>,\n}\n\n// Lanes of a quad that hold classes, the others as `nothing`. CLASSES is known to the compiler, so nothing is computed of these.\nfn classes_of(quad: vec4<f32>, first: u32, nothing: f32) -> vec4<f32> {\n  return select(vec4<f32>(nothing), quad, vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CLASSES));\n}\n\n// (1 if the label's logit is the first of the highest, the cross-entropy)\nfn tally(logits: Logits, label: u32) -> vec2<f32> {\n  let lane = vec4<u32>(0u, 1u, 2u, 3u);\n  let l0 = classes_of(logits.a, 0u, LOWEST);\n  let l1 = classes_of(logits.b, 4u, LOWEST);\n  let l2 = classes_of(logits.c, 8u, LOWEST);\n  let m = max(max(l0, l1), l2);\n  let highest = max(max(m.x, m.y), max(m.z, m.w));\n  let e = classes_of(exp(l0 - highest), 0u, 0.0) + classes_of(exp(l1 - highest), 4u, 0.0)\n    + classes_of(exp(l2 - highest), 8u, 0.0);\n  let far = vec4<u32>(99u);\n  let top = vec4<f32>(highest);\n  let f = min(min(select(far, lane, l0 == top), select(far, lane + 4u, l1 == top)), select(far, lane + 8u, l2 == top));\n  let best = min(min(f.x, f.y), min(f.z, f.w));\n  let none = vec4<f32>(0.0);\n  let own = select(none, l0, lane == vec4<u32>(label)) + select(none, l1, lane + 4u == vec4<u32>(label))\n    + select(none, l2, lane + 8u == vec4<u32>(label));\n  let loss = log(e.x + e.y + e.z + e.w) + highest - (own.x + own.y + own.z + own.w);\n  return vec2<f32>(select(0.0, 1.0, best == label), loss);\n}\n\nfn tally_slot(job: u32, place: u32, evaluation: u32) -> u32 {\n  return (walks[job * walk.walk_length].y + evaluation) * walk.blocks + part.first / BLOCK + place;\n}\n\n#if SUBGROUP\n#if LANES_4\nconst WALKERS: u32 = 4u;\n#else\nconst WALKERS: u32 = 8u;\n#endif\nconst WALKED: u32 = BLOCK; // samples of an invocation\n// Steps 4 to 7 of a part: what lanes 4 to 7 loaded, or, where there are only four lanes, what those loaded second.\n#if LANES_4\nconst HIGH: u32 = 0u;\n#else\nconst HIGH: u32 = 4u;\n#endif\n#else\nconst WALKERS: u32 = 64u; // a block\nconst WALKED: u32 = 1u;\n#endif\n\n// Evaluations that wait to be added up over their block, a row each; odd rows, so that no two share a bank.\n#if SUBGROUP\n#else\nconst ROW: u32 = BLOCK + 1u;\nvar<workgroup> waiting: array<vec2<f32>, 520>;\n\n// Adds up the first `count` rows, in the order of the samples, as evaluations `first` and on.\nfn add_up(job: u32, place: u32, first: u32, count: u32, walker: u32) {\n  workgroupBarrier();\n  if (walker < count) {\n    let slot = tally_slot(job, place, first + walker);\n    var total = vec2<f32>(0.0);\n    for (var i = 0u; i < BLOCK; i++) { total += waiting[walker * ROW + i]; }\n    tallies[slot] = total;\n#if SINGLE\n    var bits = vec2<u32>(0u);\n    for (var i = 0u; i < BLOCK; i++) { bits |= right_bit(i, waiting[walker * ROW + i]); }\n    right[slot] = bits;\n#endif\n  }\n  workgroupBarrier();\n}\n#endif\n\nfn minus(logits: Logits, d: f32, w: Logits) -> Logits {\n  return Logits(logits.a - d * w.a, logits.b - d * w.b, logits.c - d * w.c);\n}\n// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its\n// tail is 0.\nfn normal_probability(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;\n  let t = 1.0 / (1.0 + 0.3275911 * x);\n  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));\n  let tail = 0.5 * p * exp(-x * x);\n  return select(1.0 - tail, tail, z < vec4<f32>(0.0));\n}\n\n// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.\nfn tanh_exponential(z: vec4<f32>) -> vec4<f32> {\n  let x = min(abs(z), vec4<f32>(20.0));\n  return exp(-1.5957691 * (x + 0.044715 * x * x * x));\n}\n\n// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.\nfn activate(z: vec4<f32>) -> vec4<f32> {\n  if (ACTIVATION == 1u) {\n    let e = exp(-abs(z));\n    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);\n  }\n  if (ACTIVATION == 2u) {\n    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.\n    let e = exp(-2.0 * abs(z));\n    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));\n  }\n  if (ACTIVATION == 3u) {\n    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0\n  }\n  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }\n  if (ACTIVATION == 5u) {\n    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.\n    let e = exp(-abs(z)) - 1.0;\n    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));\n    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));\n  }\n  if (ACTIVATION == 6u) {\n    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e\n    // loses a small e.\n    let e = exp(-abs(z));\n    let s = e / (2.0 + e);\n    let q = s * s;\n    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));\n    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));\n  }\n  if (ACTIVATION == 7u) { return z * normal_probability(z); }\n  if (ACTIVATION == 8u) {\n    let e = tanh_exponential(z);\n    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);\n  }\n  return z;\n}\n\n// Row k < units: weights of unit k to the classes, 3 quads; rows above: 0; the last row, 4 unit_quads: biases.\n@group(0) @binding(8) var<storage, read> product: array<vec4<f32>>;        // [networks, unit_lanes_and_bias, class_quads]\n// Quad pairs: (positions of 4 units in the order, bits of their replacements).\n@group(0) @binding(9) var<storage, read> masks: array<vec4<u32>>;          // [jobs, pairs]\n\n// A step of walk_product: moves [begin, end) of the walk, then an evaluation (NONE: no such step), then `upper` more.\nstruct Step {\n  begin: u32,\n  end: u32,\n  evaluation: u32,\n  upper: u32,\n}\n\nfn step_of(head: u32, step: u32) -> Step {\n  if (step >= walk.steps) { return Step(walk.neurons, walk.neurons, NONE, 0u); }\n  let at = head + HEADER + walk.neurons + 2u * step;\n  let removals = walks[at];\n  let evaluations = walks[at + 1u];\n  return Step(removals.x, removals.y, evaluations.x, evaluations.y);\n}\n\n// For broadcasts, which take vectors.\nfn words_of(step: Step) -> vec4<u32> {\n  return vec4<u32>(step.begin, step.end, step.evaluation, step.upper);\n}\n\nfn step_in(words: vec4<u32>) -> Step {\n  return Step(words.x, words.y, words.z, words.w);\n}\n\n// The only move of a step; NONE where it has none.\nfn step_removal(head: u32, step: Step) -> vec2<u32> {\n  if (step.begin == step.end) { return vec2<u32>(NONE, 0u); }\n  return walks[head + HEADER + step.begin];\n}\n\n// A quad of units: where the order removes them, and what they are from then on.\nstruct UnitMask {\n  positions: vec4<u32>,\n  constants: vec4<f32>,\n}\n\nfn unit_mask(job: u32, quad: u32, lane: u32) -> UnitMask {\n#if MASKED\n  let at = (job * walk.unit_quads + quad) * 2u;\n#if SUBGROUP\n  let own = masks[at + (lane & 1u)];\n  return UnitMask(subgroupBroadcast(own, 0u), bitcast<vec4<f32>>(subgroupBroadcast(own, 1u)));\n#else\n  return UnitMask(masks[at], bitcast<vec4<f32>>(masks[at + 1u]));\n#endif\n#else\n  return UnitMask(vec4<u32>(NONE), vec4<f32>(0.0));\n#endif\n}\n\n#if MASKED\n// Neurons of the order that are gone after some moves of a walk.\nfn gone_after(head: u32, moves: u32) -> u32 {\n  let at_start = walks[head + 1u].y;\n  return select(at_start - min(at_start, moves), moves, at_start == NONE);\n}\n#endif\n\n#if MASKED\n// What a move takes from z of one unit.\nfn effect_on(unit: u32, moved: vec2<u32>, d: f32, network: u32) -> f32 {\n  return d * transposed[outgoing(moved, network) + unit / 4u][unit % 4u];\n}\n#endif\n\n// Grid: x = blocks (plain: samples), y = jobs.\n@compute @workgroup_size(WALKERS)\nfn walk_product(\n  @builtin(workgroup_id) tile: vec3<u32>,\n  @builtin(local_invocation_id) local: vec3<u32>,\n#if SUBGROUP\n  @builtin(subgroup_invocation_id) lane: u32,\n#endif\n) {\n#if SUBGROUP\n  let own_block = tile.x * WALKERS + lane;\n  let start = own_block * BLOCK;\n#else\n  let lane = 0u;\n  let own_block = tile.x;\n  let start = own_block * BLOCK + local.x;\n  var rows = 0u;\n#endif\n  let job = tile.y;\n  let head = job * walk.walk_length;\n  let network = walks[head].x;\n#if SUBGROUP\n  // One lane looks a step up for all.\n  let own = step_of(head, part.first_step + lane);\n  let own_removal = step_removal(head, own);\n  let own_low = outgoing(own_removal, network);\n  let low_step = words_of(own);\n#if LANES_4\n  let other = step_of(head, part.first_step + 4u + lane);\n  let other_removal = step_removal(head, other);\n  let own_high = outgoing(other_removal, network);\n  let high_step = words_of(other);\n#else\n  let other_removal = own_removal;\n  let high_step = low_step;\n#endif\n  let s0 = step_in(subgroupBroadcast(low_step, 0u));\n  let s1 = step_in(subgroupBroadcast(low_step, 1u));\n  let s2 = step_in(subgroupBroadcast(low_step, 2u));\n  let s3 = step_in(subgroupBroadcast(low_step, 3u));\n  let s4 = step_in(subgroupBroadcast(high_step, HIGH));\n  let s5 = step_in(subgroupBroadcast(high_step, HIGH + 1u));\n  let s6 = step_in(subgroupBroadcast(high_step, HIGH + 2u));\n  let s7 = step_in(subgroupBroadcast(high_step, HIGH + 3u));\n  let n0 = subgroupBroadcast(own_removal, 0u);\n  let n1 = subgroupBroadcast(own_removal, 1u);\n  let n2 = subgroupBroadcast(own_removal, 2u);\n  let n3 = subgroupBroadcast(own_removal, 3u);\n  let n4 = subgroupBroadcast(other_removal, HIGH);\n  let n5 = subgroupBroadcast(other_removal, HIGH + 1u);\n  let n6 = subgroupBroadcast(other_removal, HIGH + 2u);\n  let n7 = subgroupBroadcast(other_removal, HIGH + 3u);\n  var totals = array<vec2<f32>, 8>();\n#if SINGLE\n  var rights = array<vec2<u32>, 8>();\n#endif\n#else\n  let s0 = step_of(head, part.first_step);\n  let s1 = step_of(head, part.first_step + 1u);\n  let s2 = step_of(head, part.first_step + 2u);\n  let s3 = step_of(head, part.first_step + 3u);\n  let s4 = step_of(head, part.first_step + 4u);\n  let s5 = step_of(head, part.first_step + 5u);\n  let s6 = step_of(head, part.first_step + 6u);\n  let s7 = step_of(head, part.first_step + 7u);\n  let n0 = step_removal(head, s0);\n  let n1 = step_removal(head, s1);\n  let n2 = step_removal(head, s2);\n  let n3 = step_removal(head, s3);\n  let n4 = step_removal(head, s4);\n  let n5 = step_removal(head, s5);\n  let n6 = step_removal(head, s6);\n  let n7 = step_removal(head, s7);\n#endif\n  var evaluations = array<u32, 8>(\n    s0.evaluation, s1.evaluation, s2.evaluation, s3.evaluation, s4.evaluation, s5.evaluation, s6.evaluation, s7.evaluation,\n  );\n  var end = 0u; // of the evaluations of this part\n  if (s0.evaluation != NONE) { end = s0.evaluation + 1u + s0.upper; }\n  if (s1.evaluation != NONE) { end = s1.evaluation + 1u + s1.upper; }\n  if (s2.evaluation != NONE) { end = s2.evaluation + 1u + s2.upper; }\n  if (s3.evaluation != NONE) { end = s3.evaluation + 1u + s3.upper; }\n  if (s4.evaluation != NONE) { end = s4.evaluation + 1u + s4.upper; }\n  if (s5.evaluation != NONE) { end = s5.evaluation + 1u + s5.upper; }\n  if (s6.evaluation != NONE) { end = s6.evaluation + 1u + s6.upper; }\n  if (s7.evaluation != NONE) { end = s7.evaluation + 1u + s7.upper; }\n#if MASKED\n  let g0 = gone_after(head, s0.end); let g1 = gone_after(head, s1.end);\n  let g2 = gone_after(head, s2.end); let g3 = gone_after(head, s3.end);\n  let g4 = gone_after(head, s4.end); let g5 = gone_after(head, s5.end);\n  let g6 = gone_after(head, s6.end); let g7 = gone_after(head, s7.end);\n  var moves = array<vec2<u32>, 8>(n0, n1, n2, n3, n4, n5, n6, n7);\n#endif\n#if SINGLE\n#else\n  let direction = direction_of(head);\n#endif\n  let bias = (network * (walk.unit_quads * 4u + 1u) + walk.unit_quads * 4u) * 3u;\n  // Walkers past the last sample go along, for the others' broadcasts and barriers, and count nothing.\n  for (var i = 0u; i < min(WALKED, part.count); i++) {\n    let s = min(start + i, part.count - 1u);\n    let row = network * walk.slab_rows + s;\n    let present = start + i < part.count;\n    let place = place_of(head, job, s, present);\n#if SINGLE\n    let o0 = output_of(n0, row); let o1 = output_of(n1, row);\n    let o2 = output_of(n2, row); let o3 = output_of(n3, row);\n    let o4 = output_of(n4, row); let o5 = output_of(n5, row);\n    let o6 = output_of(n6, row); let o7 = output_of(n7, row);\n    let direct0 = is_direct(n0, o0); let direct1 = is_direct(n1, o1);\n    let direct2 = is_direct(n2, o2); let direct3 = is_direct(n3, o3);\n    let direct4 = is_direct(n4, o4); let direct5 = is_direct(n5, o5);\n    let direct6 = is_direct(n6, o6); let direct7 = is_direct(n7, o7);\n    let d0 = difference(n0, row, 1.0); let d1 = difference(n1, row, 1.0);\n    let d2 = difference(n2, row, 1.0); let d3 = difference(n3, row, 1.0);\n    let d4 = difference(n4, row, 1.0); let d5 = difference(n5, row, 1.0);\n    let d6 = difference(n6, row, 1.0); let d7 = difference(n7, row, 1.0);\n#else\n    let d0 = difference(n0, row, direction); let d1 = difference(n1, row, direction);\n    let d2 = difference(n2, row, direction); let d3 = difference(n3, row, direction);\n    let d4 = difference(n4, row, direction); let d5 = difference(n5, row, direction);\n    let d6 = difference(n6, row, direction); let d7 = difference(n7, row, direction);\n#endif\n    let ba = product[bias];\n    let bb = product[bias + 1u];\n    let bc = product[bias + 2u];\n    var y0a = ba; var y0b = bb; var y0c = bc;\n    var y1a = ba; var y1b = bb; var y1c = bc;\n    var y2a = ba; var y2b = bb; var y2c = bc;\n    var y3a = ba; var y3b = bb; var y3c = bc;\n    var y4a = ba; var y4b = bb; var y4c = bc;\n    var y5a = ba; var y5b = bb; var y5c = bc;\n    var y6a = ba; var y6b = bb; var y6c = bc;\n    var y7a = ba; var y7b = bb; var y7c = bc;\n    for (var k = 0u; k < walk.unit_quads; k++) {\n      let p = (network * (walk.unit_quads * 4u + 1u) + k * 4u) * 3u;\n#if SUBGROUP\n      let low = transposed[own_low + k];\n#if LANES_4\n      let high = transposed[own_high + k];\n      let q0 = product[p + lane];\n      let q1 = product[p + 4u + lane];\n      let q2 = product[p + 8u + lane];\n      let pa = mat4x4<f32>(\n        subgroupBroadcast(q0, 0u), subgroupBroadcast(q0, 3u),\n        subgroupBroadcast(q1, 2u), subgroupBroadcast(q2, 1u),\n      );\n      let pb = mat4x4<f32>(\n        subgroupBroadcast(q0, 1u), subgroupBroadcast(q1, 0u),\n        subgroupBroadcast(q1, 3u), subgroupBroadcast(q2, 2u),\n      );\n      let pc = mat4x4<f32>(\n        subgroupBroadcast(q0, 2u), subgroupBroadcast(q1, 1u),\n        subgroupBroadcast(q2, 0u), subgroupBroadcast(q2, 3u),\n      );\n#else\n      let high = low;\n      let q0 = product[p + lane];\n      let q2 = product[p + 8u + (lane & 3u)];\n      let pa = mat4x4<f32>(\n        subgroupBroadcast(q0, 0u), subgroupBroadcast(q0, 3u),\n        subgroupBroadcast(q0, HIGH + 2u), subgroupBroadcast(q2, 1u),\n      );\n      let pb = mat4x4<f32>(\n        subgroupBroadcast(q0, 1u), subgroupBroadcast(q0, HIGH),\n        subgroupBroadcast(q0, HIGH + 3u), subgroupBroadcast(q2, 2u),\n      );\n      let pc = mat4x4<f32>(\n        subgroupBroadcast(q0, 2u), subgroupBroadcast(q0, HIGH + 1u),\n        subgroupBroadcast(q2, 0u), subgroupBroadcast(q2, 3u),\n      );\n#endif\n      let w0 = subgroupBroadcast(low, 0u);\n      let w1 = subgroupBroadcast(low, 1u);\n      let w2 = subgroupBroadcast(low, 2u);\n      let w3 = subgroupBroadcast(low, 3u);\n      let w4 = subgroupBroadcast(high, HIGH);\n      let w5 = subgroupBroadcast(high, HIGH + 1u);\n      let w6 = subgroupBroadcast(high, HIGH + 2u);\n      let w7 = subgroupBroadcast(high, HIGH + 3u);\n#else\n      let w0 = transposed[outgoing(n0, network) + k];\n      let w1 = transposed[outgoing(n1, network) + k];\n      let w2 = transposed[outgoing(n2, network) + k];\n      let w3 = transposed[outgoing(n3, network) + k];\n      let w4 = transposed[outgoing(n4, network) + k];\n      let w5 = transposed[outgoing(n5, network) + k];\n      let w6 = transposed[outgoing(n6, network) + k];\n      let w7 = transposed[outgoing(n7, network) + k];\n      let pa = mat4x4<f32>(product[p], product[p + 3u], product[p + 6u], product[p + 9u]);\n      let pb = mat4x4<f32>(product[p + 1u], product[p + 4u], product[p + 7u], product[p + 10u]);\n      let pc = mat4x4<f32>(product[p + 2u], product[p + 5u], product[p + 8u], product[p + 11u]);\n#endif\n      let mask = unit_mask(job, k, lane);\n      let z = state[place.source + k];\n#if SINGLE\n      // Without the neurons of this part, with those behind each added; `before` adds those before it.\n      let b7 = state[place.own + k];\n      let b6 = b7 + o7 * w7; let b5 = b6 + o6 * w6;\n      let b4 = b5 + o5 * w5; let b3 = b4 + o4 * w4;\n      let b2 = b3 + o3 * w3; let b1 = b2 + o2 * w2;\n      let b0 = b1 + o1 * w1;\n      var before = vec4<f32>(0.0);\n      let z0 = select(b0 + before, z - d0 * w0, direct0); before += o0 * w0;\n      let z1 = select(b1 + before, z - d1 * w1, direct1); before += o1 * w1;\n      let z2 = select(b2 + before, z - d2 * w2, direct2); before += o2 * w2;\n      let z3 = select(b3 + before, z - d3 * w3, direct3); before += o3 * w3;\n      let z4 = select(b4 + before, z - d4 * w4, direct4); before += o4 * w4;\n      let z5 = select(b5 + before, z - d5 * w5, direct5); before += o5 * w5;\n      let z6 = select(b6 + before, z - d6 * w6, direct6); before += o6 * w6;\n      let z7 = select(b7 + before, z - d7 * w7, direct7);\n#else\n      let z0 = z - d0 * w0;\n      let z1 = z0 - d1 * w1;\n      let z2 = z1 - d2 * w2;\n      let z3 = z2 - d3 * w3;\n      let z4 = z3 - d4 * w4;\n      let z5 = z4 - d5 * w5;\n      let z6 = z5 - d6 * w6;\n      let z7 = z6 - d7 * w7;\n      state[place.own + k] = z7;\n#endif\n#if MASKED\n      let v0 = select(activate(z0), mask.constants, mask.positions < vec4<u32>(g0)); y0a += pa * v0; y0b += pb * v0; y0c += pc * v0;\n      let v1 = select(activate(z1), mask.constants, mask.positions < vec4<u32>(g1)); y1a += pa * v1; y1b += pb * v1; y1c += pc * v1;\n      let v2 = select(activate(z2), mask.constants, mask.positions < vec4<u32>(g2)); y2a += pa * v2; y2b += pb * v2; y2c += pc * v2;\n      let v3 = select(activate(z3), mask.constants, mask.positions < vec4<u32>(g3)); y3a += pa * v3; y3b += pb * v3; y3c += pc * v3;\n      let v4 = select(activate(z4), mask.constants, mask.positions < vec4<u32>(g4)); y4a += pa * v4; y4b += pb * v4; y4c += pc * v4;\n      let v5 = select(activate(z5), mask.constants, mask.positions < vec4<u32>(g5)); y5a += pa * v5; y5b += pb * v5; y5c += pc * v5;\n      let v6 = select(activate(z6), mask.constants, mask.positions < vec4<u32>(g6)); y6a += pa * v6; y6b += pb * v6; y6c += pc * v6;\n      let v7 = select(activate(z7), mask.constants, mask.positions < vec4<u32>(g7)); y7a += pa * v7; y7b += pb * v7; y7c += pc * v7;\n#else\n      let v0 = activate(z0); y0a += pa * v0; y0b += pb * v0; y0c += pc * v0;\n      let v1 = activate(z1); y1a += pa * v1; y1b += pb * v1; y1c += pc * v1;\n      let v2 = activate(z2); y2a += pa * v2; y2b += pb * v2; y2c += pc * v2;\n      let v3 = activate(z3); y3a += pa * v3; y3b += pb * v3; y3c += pc * v3;\n      let v4 = activate(z4); y4a += pa * v4; y4b += pb * v4; y4c += pc * v4;\n      let v5 = activate(z5); y5a += pa * v5; y5b += pb * v5; y5c += pc * v5;\n      let v6 = activate(z6); y6a += pa * v6; y6b += pb * v6; y6c += pc * v6;\n      let v7 = activate(z7); y7a += pa * v7; y7b += pb * v7; y7c += pc * v7;\n#endif\n    }\n#if MASKED\n    var differences = array<f32, 8>(d0, d1, d2, d3, d4, d5, d6, d7);\n#endif\n    var y = array<vec4<f32>, 24>(\n      y0a, y0b, y0c, y1a, y1b, y1c, y2a, y2b, y2c, y3a, y3b, y3c,\n      y4a, y4b, y4c, y5a, y5b, y5c, y6a, y6b, y6c, y7a, y7b, y7c,\n    );\n    let label = labels[part.first + s];\n    var logits = Logits(y0a, y0b, y0c);\n    var e = 0u; // steps whose evaluation is done\n    // One loop for both kinds of evaluations, so that the tally is compiled once.\n    for (var evaluation = s0.evaluation; evaluation < end; evaluation++) {\n      let is_step = e < 8u && evaluations[min(e, 7u)] == evaluation;\n      if (is_step) {\n        logits = Logits(y[3u * e], y[3u * e + 1u], y[3u * e + 2u]);\n        e++;\n#if MASKED\n      } else {\n        let removal = walks[head + HEADER - 1u + evaluation];\n        let unit = removal.x & ~UPPER;\n        let weights = (network * (walk.unit_quads * 4u + 1u) + unit) * 3u;\n        // Its z once more, by the subtractions of this part so far: from z7 backwards they would leave residues.\n        var z = state[place.source + unit / 4u][unit % 4u];\n        for (var step = 0u; step < e; step++) { z -= effect_on(unit, moves[step], differences[step], network); }\n        let d = direction * (activate(vec4<f32>(z)).x - bitcast<f32>(removal.y));\n        logits = minus(logits, d, Logits(product[weights], product[weights + 1u], product[weights + 2u]));\n#endif\n      }\n      let value = select(vec2<f32>(0.0), tally(logits, label), present);\n#if SUBGROUP\n      if (is_step) {\n        totals[e - 1u] += value;\n#if SINGLE\n        rights[e - 1u] |= right_bit(i, value);\n#endif\n      } else {\n        if (present) {\n          let slot = tally_slot(job, own_block, evaluation);\n          tallies[slot] = select(vec2<f32>(0.0), tallies[slot], i > 0u) + value;\n        }\n      }\n#else\n      waiting[rows * ROW + local.x] = value;\n      rows++;\n      if (rows == 8u || evaluation + 1u == end) {\n        add_up(job, own_block, evaluation + 1u - rows, rows, local.x);\n        rows = 0u;\n      }\n#endif\n    }\n  }\n#if SUBGROUP\n  if (start >= part.count) { return; }\n  for (var e = 0u; e < 8u; e++) {\n    if (evaluations[e] == NONE) { break; }\n    let slot = tally_slot(job, own_block, evaluations[e]);\n    tallies[slot] = totals[e];\n#if SINGLE\n    right[slot] = rights[e];\n#endif\n  }\n#endif\n}\n"
} as const;

export const walkTally = {
  "file": "shaders/walk-tally.wgsl",
  "overrides": { "CLASSES": "u32" },
  "structs": {
    "Walk": {
      "size": 52,
      "fields": {
        "source_lanes": { "offset": 0, "type": "u32" },
        "source_units": { "offset": 4, "type": "u32" },
        "unit_quads": { "offset": 8, "type": "u32" },
        "units": { "offset": 12, "type": "u32" },
        "lead": { "offset": 16, "type": "u32" },
        "stride": { "offset": 20, "type": "u32" },
        "slab_rows": { "offset": 24, "type": "u32" },
        "walk_length": { "offset": 28, "type": "u32" },
        "neurons": { "offset": 32, "type": "u32" },
        "steps": { "offset": 36, "type": "u32" },
        "networks": { "offset": 40, "type": "u32" },
        "starts": { "offset": 44, "type": "u32" },
        "blocks": { "offset": 48, "type": "u32" }
      }
    },
    "Part": {
      "size": 20,
      "fields": {
        "first": { "offset": 0, "type": "u32" },
        "count": { "offset": 4, "type": "u32" },
        "first_step": { "offset": 8, "type": "u32" },
        "steps": { "offset": 12, "type": "u32" },
        "jobs": { "offset": 16, "type": "u32" }
      }
    },
    "Place": {
      "size": 8,
      "fields": {
        "source": { "offset": 0, "type": "u32" },
        "own": { "offset": 4, "type": "u32" }
      }
    },
    "Logits": {
      "size": 48,
      "fields": {
        "a": { "offset": 0, "type": "vec4" },
        "b": { "offset": 16, "type": "vec4" },
        "c": { "offset": 32, "type": "vec4" }
      }
    }
  },
  "entries": {
    "walk_tally": {
      "variants": {
        "": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SINGLE": {
          "workgroupSize": [ 64, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "right": { "binding": 10, "kind": "storage", "element": "u32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SINGLE+SUBGROUP+LANES_4": {
          "workgroupSize": [ 4, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "right": { "binding": 10, "kind": "storage", "element": "u32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] }
          }
        },
        "SINGLE+SUBGROUP+LANES_8": {
          "workgroupSize": [ 8, 1, 1 ],
          "bindings": {
            "walk": { "binding": 0, "kind": "uniform", "struct": "Walk" },
            "part": { "binding": 1, "kind": "uniform", "struct": "Part" },
            "walks": { "binding": 2, "kind": "read-only-storage", "element": "u32", "shape": [ "jobs", "walk_length" ] },
            "activations": { "binding": 3, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "slab_rows", "source_lanes" ] },
            "transposed": { "binding": 4, "kind": "read-only-storage", "element": "f32", "shape": [ "networks", "source_units", "unit_quads" ] },
            "state": { "binding": 5, "kind": "storage", "element": "f32", "shape": [ "networks_and_jobs", "slab_rows", "unit_quads" ] },
            "labels": { "binding": 6, "kind": "read-only-storage", "element": "u32", "shape": [ "samples" ] },
            "tallies": { "binding": 7, "kind": "storage", "element": "f32", "shape": [ "evaluations", "blocks" ] },
            "right": { "binding": 10, "kind": "storage", "element": "u32", "shape": [ "evaluations", "blocks" ] }
          }
        }
      }
    }
  },
  "source": "// Cumulative ablation of the last hidden layer at rank-one cost: z of parts/walk.wgsl are the logits, and each evaluation,\n// which is one move further, is tallied at once.\n// Every value has one owner, a job's block of 64 samples: no atomics, exact counts.\n// - plain, for GPUs: a workgroup owns a block, an invocation one sample; the block's tallies meet in workgroup memory.\n// - SUBGROUP, with LANES_4 or LANES_8, for software adapters: no barriers; a workgroup is one subgroup, its lanes are blocks of\n//   one job, and what they share is loaded by one lane and broadcast (see forward.wgsl). Eight steps share each load of the\n//   state: they are written out, since an array would not stay in registers.\n// Preconditions: CLASSES <= 12; walk.stride = 1; part.steps <= 8.\n// Variants: \"\", SINGLE; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.\n\n#if SUBGROUP\nenable subgroups;\n#endif\n\noverride CLASSES: u32 = 12u;\n\n// What all walks along an order of removal share (walk-tally.wgsl, walk-product.wgsl, walk-layer.wgsl).\n// state[slab, s, k] holds z_k, the pre-activations above the ablated layer: slabs below walk.starts those that walks start from,\n// and slab walk.starts + j those of job j so far (behind the last job's, one for walkers without a sample).\n// Removing neuron n replaces its output t_n by c_n there: z_k -= (t_n - c_n) * transposed[n, k].\n// A walk removes neurons, or begins where they are gone and restores them: z_k += (t_n - c_n) * transposed[n, k]. Where c_n is 0,\n// a silent neuron then adds exactly 0, and what exact arithmetic ties stays tied; taking t_n * w away again would leave a residue.\n// Evaluation 0 is the start. SINGLE: each neuron is removed alone, and jobs have no slab of their own (see `alone`).\n\nconst BLOCK: u32 = 64u;\n// An order's entry for a neuron of another layer. With UPPER, unit k of z; else nothing to update here.\nconst NONE: u32 = 0xffffffffu;\nconst UPPER: u32 = 0x80000000u;\n\nstruct Walk {\n  source_lanes: u32, // floats of a row of `activations`\n  source_units: u32, // neurons of the ablated layer: rows of one network in `transposed`\n  unit_quads: u32,   // quads of a row of `transposed` and `state`\n  units: u32,        // units of z\n  lead: u32,         // moves before evaluation 1: neurons removed or restored\n  stride: u32,       // moves between two later evaluations\n  slab_rows: u32,    // rows of one slab of `activations`, `state` and `outputs`\n  walk_length: u32,  // entries of one row of `walks`\n  neurons: u32,      // moves of a walk\n  steps: u32,        // walk_product: steps of a walk, at most\n  networks: u32,     // networks that are walked over\n  starts: u32,       // slabs of `state` before those of the jobs\n  blocks: u32,       // row length of `tallies`\n}\nstruct Part {\n  first: u32,      // first sample, a multiple of BLOCK; a row of `labels`\n  count: u32,      // samples\n  first_step: u32, // steps done before: evaluations, in walk_tally and walk_layer\n  steps: u32,      // steps in this part\n  jobs: u32,       // jobs of this dispatch\n}\n\n@group(0) @binding(0) var<uniform> walk: Walk;\n@group(0) @binding(1) var<uniform> part: Part;\n// Entry 0 of a row: (network, first row of `tallies`). Entry 1: (slab of `state` to start from; neurons that are gone there and\n// come back, or NONE where neurons go), SINGLE: (slab of the intact network, slab without the neurons of this part). Then per\n// move: (neuron, or UPPER | unit, or NONE; bits of its replacement c). walk_product: then per step two entries, (moves done\n// before, and after it) and (evaluation that follows it, evaluations after that one and before the next step).\n@group(0) @binding(2) var<storage, read> walks: array<vec2<u32>>;          // [jobs, walk_length]\n@group(0) @binding(3) var<storage, read> activations: array<f32>;          // [networks, slab_rows, source_lanes]\n@group(0) @binding(4) var<storage, read> transposed: array<vec4<f32>>;     // [networks, source_units, unit_quads]\n@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;    // [networks_and_jobs, slab_rows, unit_quads]\n\n// Entries of a row before its moves.\nconst HEADER: u32 = 2u;\n\n// What a neuron gives for one sample; 0 where it lies in another layer.\nfn output_of(removal: vec2<u32>, row: u32) -> f32 {\n  // No branch: software adapters would mask it lane by lane.\n  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];\n  return select(value, 0.0, removal.x >= UPPER);\n}\n\n// 1 where a walk removes neurons, -1 where it restores them.\nfn direction_of(head: u32) -> f32 {\n  return select(-1.0, 1.0, walks[head + 1u].y == NONE);\n}\n\n// What a move takes from z, over the neuron's weights: t - c where it goes, c - t where it comes back; 0 for another layer's.\nfn difference(removal: vec2<u32>, row: u32, direction: f32) -> f32 {\n  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];\n  return select(direction * (value - bitcast<f32>(removal.y)), 0.0, removal.x >= UPPER);\n}\n\n// First quad of the removed neuron's outgoing weights.\nfn outgoing(removal: vec2<u32>, network: u32) -> u32 {\n  return (network * walk.source_units + min(removal.x, walk.source_units - 1u)) * walk.unit_quads;\n}\n\n// First quads of a sample's rows of `state`: to read from, and to write to; SINGLE: intact, and without the neurons of this part.\n// Walkers without a sample share what lies behind the last job's slabs.\nstruct Place {\n  source: u32,\n  own: u32,\n}\n\nfn place_of(head: u32, job: u32, sample: u32, present: bool) -> Place {\n  let first = (walks[head + 1u].x * walk.slab_rows + sample) * walk.unit_quads;\n#if SINGLE\n  return Place(first, (walks[head + 1u].y * walk.slab_rows + sample) * walk.unit_quads);\n#else\n#if MASKED\n  // Two slabs in turn: what a part starts from is still there when it evaluates units that move alone.\n  let slab = 2u * select(part.jobs, job, present) + (part.first_step / PART_STEPS) % 2u;\n  let before = slab ^ 1u;\n#else\n  let slab = select(part.jobs, job, present);\n  let before = slab;\n#endif\n  let own = ((walk.starts + slab) * walk.slab_rows + sample) * walk.unit_quads;\n  let last = ((walk.starts + before) * walk.slab_rows + sample) * walk.unit_quads;\n  return Place(select(last, first, part.first_step == 0u), own);\n#endif\n}\n\n#if SINGLE\n// Whether intact - (t - c) w is exact where exact arithmetic ties: the neuron is silent, or a constant takes its place. Else z\n// without it is a sum of what the others give, as a subtraction would leave a residue.\nfn is_direct(removal: vec2<u32>, output: f32) -> bool {\n  return bitcast<f32>(removal.y) != 0.0 || output == 0.0;\n}\n#endif\n// Tallies in registers, for the walks that reach the logits (walk-tally.wgsl, walk-product.wgsl). They are as in tally.wgsl: per\n// block of 64 samples the correct predictions (a whole number) and the summed cross-entropy, added in the order of the samples.\n\nconst LOWEST: f32 = -3.0e38; // below every logit\n\n@group(0) @binding(6) var<storage, read> labels: array<u32>;               // [samples]\n@group(0) @binding(7) var<storage, read_write> tallies: array<vec2<f32>>;  // [evaluations, blocks]\n#if SINGLE\n// As in tally.wgsl: which samples of the block are predicted correctly.\n@group(0) @binding(10) var<storage, read_write> right: array<vec2<u32>>;   // [evaluations, blocks]\n// Samples of a block of 64 as bits: sample i is bit i % 32 of word i / 32.\nfn bit_of(i: u32) -> vec2<u32> {\n  let bit = 1u << (i % 32u);\n  return select(vec2<u32>(0u, bit), vec2<u32>(bit, 0u), i < 32u);\n}\n\n// The bit of sample i of a block, if its tally counts it.\nfn right_bit(i: u32, tallied: vec2<f32>) -> vec2<u32> {\n  return select(vec2<u32>(0u), bit_of(i), tallied.x > 0.0);\n}\n#endif\n\n// Three quads of logits.\nstruct Logits {\n  a: vec4<f32>,\n  b: vec4<f32>,\n  c: vec4<f32>,\n}\n\n// Lanes of a quad that hold classes, the others as `nothing`. CLASSES is known to the compiler, so nothing is computed of these.\nfn classes_of(quad: vec4<f32>, first: u32, nothing: f32) -> vec4<f32> {\n  return select(vec4<f32>(nothing), quad, vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CLASSES));\n}\n\n// (1 if the label's logit is the first of the highest, the cross-entropy)\nfn tally(logits: Logits, label: u32) -> vec2<f32> {\n  let lane = vec4<u32>(0u, 1u, 2u, 3u);\n  let l0 = classes_of(logits.a, 0u, LOWEST);\n  let l1 = classes_of(logits.b, 4u, LOWEST);\n  let l2 = classes_of(logits.c, 8u, LOWEST);\n  let m = max(max(l0, l1), l2);\n  let highest = max(max(m.x, m.y), max(m.z, m.w));\n  let e = classes_of(exp(l0 - highest), 0u, 0.0) + classes_of(exp(l1 - highest), 4u, 0.0)\n    + classes_of(exp(l2 - highest), 8u, 0.0);\n  let far = vec4<u32>(99u);\n  let top = vec4<f32>(highest);\n  let f = min(min(select(far, lane, l0 == top), select(far, lane + 4u, l1 == top)), select(far, lane + 8u, l2 == top));\n  let best = min(min(f.x, f.y), min(f.z, f.w));\n  let none = vec4<f32>(0.0);\n  let own = select(none, l0, lane == vec4<u32>(label)) + select(none, l1, lane + 4u == vec4<u32>(label))\n    + select(none, l2, lane + 8u == vec4<u32>(label));\n  let loss = log(e.x + e.y + e.z + e.w) + highest - (own.x + own.y + own.z + own.w);\n  return vec2<f32>(select(0.0, 1.0, best == label), loss);\n}\n\nfn tally_slot(job: u32, place: u32, evaluation: u32) -> u32 {\n  return (walks[job * walk.walk_length].y + evaluation) * walk.blocks + part.first / BLOCK + place;\n}\n\n#if SUBGROUP\n#if LANES_4\nconst WALKERS: u32 = 4u;\n#else\nconst WALKERS: u32 = 8u;\n#endif\nconst WALKED: u32 = BLOCK; // samples of an invocation\n// Steps 4 to 7 of a part: what lanes 4 to 7 loaded, or, where there are only four lanes, what those loaded second.\n#if LANES_4\nconst HIGH: u32 = 0u;\n#else\nconst HIGH: u32 = 4u;\n#endif\n#else\nconst WALKERS: u32 = 64u; // a block\nconst WALKED: u32 = 1u;\n#endif\n\n// Evaluations that wait to be added up over their block, a row each; odd rows, so that no two share a bank.\n#if SUBGROUP\n#else\nconst ROW: u32 = BLOCK + 1u;\nvar<workgroup> waiting: array<vec2<f32>, 520>;\n\n// Adds up the first `count` rows, in the order of the samples, as evaluations `first` and on.\nfn add_up(job: u32, place: u32, first: u32, count: u32, walker: u32) {\n  workgroupBarrier();\n  if (walker < count) {\n    let slot = tally_slot(job, place, first + walker);\n    var total = vec2<f32>(0.0);\n    for (var i = 0u; i < BLOCK; i++) { total += waiting[walker * ROW + i]; }\n    tallies[slot] = total;\n#if SINGLE\n    var bits = vec2<u32>(0u);\n    for (var i = 0u; i < BLOCK; i++) { bits |= right_bit(i, waiting[walker * ROW + i]); }\n    right[slot] = bits;\n#endif\n  }\n  workgroupBarrier();\n}\n#endif\n\nfn minus(logits: Logits, d: f32, w: Logits) -> Logits {\n  return Logits(logits.a - d * w.a, logits.b - d * w.b, logits.c - d * w.c);\n}\n\n// Rows of up to three quads; quads past the last one repeat it, and are never tallied.\nfn logits_of(row: u32) -> Logits {\n  let last = walk.unit_quads - 1u;\n  return Logits(state[row], state[row + min(1u, last)], state[row + min(2u, last)]);\n}\n\nfn weights_to_logits(row: u32) -> Logits {\n  let last = walk.unit_quads - 1u;\n  return Logits(transposed[row], transposed[row + min(1u, last)], transposed[row + min(2u, last)]);\n}\n\n#if SINGLE\n// Logits without one neuron: from the intact ones, or from the sums of what all others give.\nfn alone(neuron: vec2<u32>, output: f32, w: Logits, intact: Logits, behind: Logits, before: Logits) -> Logits {\n  let direct = is_direct(neuron, output);\n  let less = minus(intact, output - select(bitcast<f32>(neuron.y), 0.0, neuron.x >= UPPER), w);\n  return Logits(\n    select(behind.a + before.a, less.a, direct),\n    select(behind.b + before.b, less.b, direct),\n    select(behind.c + before.c, less.c, direct),\n  );\n}\n#else\nfn keep_logits(row: u32, logits: Logits) {\n  state[row] = logits.a;\n  if (walk.unit_quads > 1u) { state[row + 1u] = logits.b; }\n  if (walk.unit_quads > 2u) { state[row + 2u] = logits.c; }\n}\n#endif\n\n// The move between the evaluation before this one and it; NONE where there is none.\nfn removal_before(head: u32, evaluation: u32) -> vec2<u32> {\n  if (evaluation == 0u || evaluation > walk.neurons) { return vec2<u32>(NONE, 0u); }\n  return walks[head + HEADER - 1u + evaluation];\n}\n\n#if SUBGROUP\n// Outgoing weights to the logits of the removals of lanes 0 to 7.\nstruct Effects {\n  low: Logits,\n  high: Logits,\n}\n\nfn removal_effects(head: u32, network: u32, lane: u32) -> Effects {\n  let own = weights_to_logits(outgoing(removal_before(head, part.first_step + lane), network));\n#if LANES_4\n  let high = outgoing(removal_before(head, part.first_step + 4u + lane), network);\n  return Effects(own, weights_to_logits(high));\n#else\n  return Effects(own, own);\n#endif\n}\n\n// Grid: x = blocks, y = jobs.\n@compute @workgroup_size(WALKERS)\nfn walk_tally(\n  @builtin(global_invocation_id) id: vec3<u32>,\n  @builtin(workgroup_id) tile: vec3<u32>,\n  @builtin(subgroup_invocation_id) lane: u32,\n) {\n  let start = id.x * BLOCK;\n  let job = tile.y;\n  let head = job * walk.walk_length;\n  let network = walks[head].x;\n#if SINGLE\n#else\n  let direction = direction_of(head);\n#endif\n  let n0 = removal_before(head, part.first_step);\n  let n1 = removal_before(head, part.first_step + 1u);\n  let n2 = removal_before(head, part.first_step + 2u);\n  let n3 = removal_before(head, part.first_step + 3u);\n  let n4 = removal_before(head, part.first_step + 4u);\n  let n5 = removal_before(head, part.first_step + 5u);\n  let n6 = removal_before(head, part.first_step + 6u);\n  let n7 = removal_before(head, part.first_step + 7u);\n  let own = removal_effects(head, network, lane);\n  let w0 = Logits(subgroupBroadcast(own.low.a, 0u), subgroupBroadcast(own.low.b, 0u), subgroupBroadcast(own.low.c, 0u));\n  let w1 = Logits(subgroupBroadcast(own.low.a, 1u), subgroupBroadcast(own.low.b, 1u), subgroupBroadcast(own.low.c, 1u));\n  let w2 = Logits(subgroupBroadcast(own.low.a, 2u), subgroupBroadcast(own.low.b, 2u), subgroupBroadcast(own.low.c, 2u));\n  let w3 = Logits(subgroupBroadcast(own.low.a, 3u), subgroupBroadcast(own.low.b, 3u), subgroupBroadcast(own.low.c, 3u));\n  let w4 = Logits(subgroupBroadcast(own.high.a, HIGH), subgroupBroadcast(own.high.b, HIGH), subgroupBroadcast(own.high.c, HIGH));\n  let w5 = Logits(subgroupBroadcast(own.high.a, HIGH + 1u), subgroupBroadcast(own.high.b, HIGH + 1u), subgroupBroadcast(own.high.c, HIGH + 1u));\n  let w6 = Logits(subgroupBroadcast(own.high.a, HIGH + 2u), subgroupBroadcast(own.high.b, HIGH + 2u), subgroupBroadcast(own.high.c, HIGH + 2u));\n  let w7 = Logits(subgroupBroadcast(own.high.a, HIGH + 3u), subgroupBroadcast(own.high.b, HIGH + 3u), subgroupBroadcast(own.high.c, HIGH + 3u));\n  var t0 = vec2<f32>(0.0); var t1 = vec2<f32>(0.0); var t2 = vec2<f32>(0.0); var t3 = vec2<f32>(0.0);\n  var t4 = vec2<f32>(0.0); var t5 = vec2<f32>(0.0); var t6 = vec2<f32>(0.0); var t7 = vec2<f32>(0.0);\n#if SINGLE\n  var r0 = vec2<u32>(0u); var r1 = vec2<u32>(0u); var r2 = vec2<u32>(0u); var r3 = vec2<u32>(0u);\n  var r4 = vec2<u32>(0u); var r5 = vec2<u32>(0u); var r6 = vec2<u32>(0u); var r7 = vec2<u32>(0u);\n#endif\n  let nothing = vec2<f32>(0.0);\n  // Lanes past the last sample go along, for the others' broadcasts, and count nothing.\n  for (var i = 0u; i < min(BLOCK, part.count); i++) {\n    let present = start + i < part.count;\n    let s = min(start + i, part.count - 1u);\n    let row = network * walk.slab_rows + s;\n    let place = place_of(head, job, s, present);\n    let start_logits = logits_of(place.source);\n    let label = labels[part.first + s];\n#if SINGLE\n    let o0 = output_of(n0, row);\n    let o1 = output_of(n1, row);\n    let o2 = output_of(n2, row);\n    let o3 = output_of(n3, row);\n    let o4 = output_of(n4, row);\n    let o5 = output_of(n5, row);\n    let o6 = output_of(n6, row);\n    let o7 = output_of(n7, row);\n    // Without the neurons of this part, with those behind each added; `before` adds those before it.\n    let b7 = logits_of(place.own);\n    let b6 = minus(b7, -o7, w7);\n    let b5 = minus(b6, -o6, w6);\n    let b4 = minus(b5, -o5, w5);\n    let b3 = minus(b4, -o4, w4);\n    let b2 = minus(b3, -o3, w3);\n    let b1 = minus(b2, -o2, w2);\n    let b0 = minus(b1, -o1, w1);\n    var before = Logits(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));\n    let v0 = select(nothing, tally(alone(n0, o0, w0, start_logits, b0, before), label), present);\n    t0 += v0; r0 |= right_bit(i, v0);\n    before = minus(before, -o0, w0);\n    let v1 = select(nothing, tally(alone(n1, o1, w1, start_logits, b1, before), label), present);\n    t1 += v1; r1 |= right_bit(i, v1);\n    before = minus(before, -o1, w1);\n    let v2 = select(nothing, tally(alone(n2, o2, w2, start_logits, b2, before), label), present);\n    t2 += v2; r2 |= right_bit(i, v2);\n    before = minus(before, -o2, w2);\n    let v3 = select(nothing, tally(alone(n3, o3, w3, start_logits, b3, before), label), present);\n    t3 += v3; r3 |= right_bit(i, v3);\n    before = minus(before, -o3, w3);\n    let v4 = select(nothing, tally(alone(n4, o4, w4, start_logits, b4, before), label), present);\n    t4 += v4; r4 |= right_bit(i, v4);\n    before = minus(before, -o4, w4);\n    let v5 = select(nothing, tally(alone(n5, o5, w5, start_logits, b5, before), label), present);\n    t5 += v5; r5 |= right_bit(i, v5);\n    before = minus(before, -o5, w5);\n    let v6 = select(nothing, tally(alone(n6, o6, w6, start_logits, b6, before), label), present);\n    t6 += v6; r6 |= right_bit(i, v6);\n    before = minus(before, -o6, w6);\n    let v7 = select(nothing, tally(alone(n7, o7, w7, start_logits, b7, before), label), present);\n    t7 += v7; r7 |= right_bit(i, v7);\n#else\n    var now = start_logits;\n    now = minus(now, difference(n0, row, direction), w0); t0 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n1, row, direction), w1); t1 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n2, row, direction), w2); t2 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n3, row, direction), w3); t3 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n4, row, direction), w4); t4 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n5, row, direction), w5); t5 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n6, row, direction), w6); t6 += select(nothing, tally(now, label), present);\n    now = minus(now, difference(n7, row, direction), w7); t7 += select(nothing, tally(now, label), present);\n    keep_logits(place.own, now);\n#endif\n  }\n  if (start >= part.count) { return; }\n  var totals = array<vec2<f32>, 8>(t0, t1, t2, t3, t4, t5, t6, t7);\n#if SINGLE\n  var rights = array<vec2<u32>, 8>(r0, r1, r2, r3, r4, r5, r6, r7);\n#endif\n  for (var e = 0u; e < part.steps; e++) {\n    let slot = tally_slot(job, id.x, part.first_step + e);\n    tallies[slot] = totals[e];\n#if SINGLE\n    right[slot] = rights[e];\n#endif\n  }\n}\n#else\n// Grid: x = samples, y = jobs.\n@compute @workgroup_size(WALKERS)\nfn walk_tally(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {\n  let sample = tile.x * BLOCK + local.x;\n  let job = tile.y;\n  let head = job * walk.walk_length;\n  let network = walks[head].x;\n  let present = sample < part.count;\n  let s = min(sample, part.count - 1u);\n  let row = network * walk.slab_rows + s;\n  let place = place_of(head, job, s, present);\n  let start_logits = logits_of(place.source);\n  let label = labels[part.first + s];\n#if SINGLE\n  for (var e = 0u; e < part.steps; e++) {\n    let own = removal_before(head, part.first_step + e);\n    var others = logits_of(place.own);\n    for (var other = 0u; other < part.steps; other++) {\n      if (other == e) { continue; }\n      let neuron = removal_before(head, part.first_step + other);\n      others = minus(others, -output_of(neuron, row), weights_to_logits(outgoing(neuron, network)));\n    }\n    let none = Logits(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));\n    let w = weights_to_logits(outgoing(own, network));\n    let logits = alone(own, output_of(own, row), w, start_logits, others, none);\n    waiting[e * ROW + local.x] = select(vec2<f32>(0.0), tally(logits, label), present);\n  }\n#else\n  let direction = direction_of(head);\n  var now = start_logits;\n  for (var e = 0u; e < part.steps; e++) {\n    let removal = removal_before(head, part.first_step + e);\n    now = minus(now, difference(removal, row, direction), weights_to_logits(outgoing(removal, network)));\n    waiting[e * ROW + local.x] = select(vec2<f32>(0.0), tally(now, label), present);\n  }\n  if (present) { keep_logits(place.own, now); }\n#endif\n  add_up(job, tile.x, part.first_step, part.steps, local.x);\n}\n#endif\n"
} as const;
