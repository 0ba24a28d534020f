/**
 * Data sets that `gpu-importance data fetch` gets, with their public sources and checksums. Sizes and SHA-256 are those of
 * the publishers' files: MNIST and Fashion-MNIST as computed from copies whose MD5 is what torchvision lists; KMNIST as in
 * torchvision's prototype data sets, whose MD5 list covers the same files; CIFAR-10 as in the table of its page (MD5
 * c32a1d4ab5d03f1284b67883e8d87530) and in MLDatasets.jl (SHA-256).
 */

export interface PublicFile {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface PublicSet {
  /** What `data fetch` calls it. */
  readonly name: string;
  /** What `--data` calls it. */
  readonly dataName: string;
  readonly files: readonly PublicFile[];
  /** Addresses that a file's name is appended to, the best first. */
  readonly mirrors: readonly string[];
  /** Where `files` is one tar.gz archive: the names of the files in it that make up the data. */
  readonly unpacked?: readonly string[];
}

/** The four IDX files in the order of their names: training images and labels, test images and labels. */
function idxFiles(...facts: readonly (readonly [bytes: number, sha256: string])[]): PublicFile[] {
  const names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
  return facts.map(([bytes, sha256], index) => ({ name: `${names[index]}-ubyte.gz`, bytes, sha256 }));
}

const mnist: PublicSet = {
  name: "mnist",
  dataName: "mnist-full",
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
  ],
  files: idxFiles(
    [9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"],
    [28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"],
    [1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"],
    [4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"],
  ),
};

const fashionMnist: PublicSet = {
  name: "fashion-mnist",
  dataName: "fashion-mnist",
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ],
  files: idxFiles(
    [26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
    [29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
    [4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
    [5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
  ),
};

const kmnist: PublicSet = {
  name: "kmnist",
  dataName: "kmnist",
  mirrors: ["https://codh.rois.ac.jp/kmnist/dataset/kmnist/", "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
  files: idxFiles(
    [18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"],
    [29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"],
    [3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"],
    [5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"],
  ),
};

const cifar10: PublicSet = {
  name: "cifar10",
  dataName: "cifar10",
  mirrors: [
    "https://www.cs.toronto.edu/~kriz/",
    "https://cave.cs.toronto.edu/kriz/",
    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
  ],
  files: [
    {
      name: "cifar-10-binary.tar.gz",
      bytes: 170_052_171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    },
  ],
  unpacked: ["batches.meta.txt", ...[1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`), "test_batch.bin"],
};

export const publicSets: readonly PublicSet[] = [mnist, fashionMnist, kmnist, cifar10];
