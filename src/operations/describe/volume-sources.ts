/** What every kind of volume says of itself: https://kubernetes.io/docs/concepts/storage/volumes/ */
import { record } from "../../core/record.ts";
import { listText, mapLines, mapText } from "./format.ts";
import { field, type Layout, NONE, row, type Shown, UNSET } from "./layout.ts";

type Source = Readonly<Record<string, unknown>>;
/** What a field shows; undefined leaves it out. */
type Reader = (source: Source) => Shown | readonly string[] | undefined;

interface SourceForm {
  readonly type: string;
  readonly fields: Readonly<Record<string, Reader>>;
}

/** The fields of the source that is set, or `<unknown>`. `kinds` has the source under its name in the API. */
export function volumeSource(holder: object): Layout {
  for (const [name, { type, fields }] of Object.entries(SOURCES)) {
    const source = (holder as Source)[name];
    if (source === undefined || source === null) continue;
    const values = Object.entries(fields).map(([label, read]) => {
      const value = read(record(source));
      return value === undefined ? undefined : field(label, value);
    });
    return [field("Type", type), values];
  }
  return row("<unknown>");
}

function text(name: string, otherwise: Shown = ""): Reader {
  return (source) => (source[name] as Shown | undefined) ?? otherwise;
}

/** What only one of the two forms of a source has, a volume's or a PersistentVolume's. */
const given =
  (name: string): Reader =>
  (source) =>
    source[name] as Shown | undefined;
const flag = (name: string): Reader => text(name, false);
const count = (name: string): Reader => text(name, 0);
const list =
  (name: string): Reader =>
  (source) =>
    listText(source[name] as readonly unknown[] | undefined);

/** A Secret by its name; what is in it is not read. */
const secret: Reader = ({ secretRef }) => (record(secretRef).name as string | undefined) ?? NONE;
const secretNamespace: Reader = ({ secretRef }) => record(secretRef).namespace as string | undefined;

const map =
  (name: string): Reader =>
  (source) =>
    mapLines(source[name] as Record<string, string> | undefined);

const filesystem = { FSType: text("fsType"), ReadOnly: flag("readOnly") };
const disk = { FSType: text("fsType"), Partition: count("partition"), ReadOnly: flag("readOnly") };

/** By the name in the API. */
const SOURCES: Readonly<Record<string, SourceForm>> = {
  hostPath: {
    type: "HostPath (bare host directory volume)",
    fields: { Path: text("path"), HostPathType: text("type", NONE) },
  },
  emptyDir: {
    type: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: {
      Medium: text("medium"),
      SizeLimit: ({ sizeLimit = "0" }) => (sizeLimit === "0" ? UNSET : (sizeLimit as Shown)),
    },
  },
  gcePersistentDisk: {
    type: "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
    fields: { PDName: text("pdName"), ...disk },
  },
  awsElasticBlockStore: {
    type: "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
    fields: { VolumeID: text("volumeID"), ...disk },
  },
  gitRepo: {
    type: "GitRepo (a volume that is pulled from git when the pod is created)",
    fields: { Repository: text("repository"), Revision: text("revision") },
  },
  secret: {
    type: "Secret (a volume populated by a Secret)",
    fields: { SecretName: text("secretName"), Optional: flag("optional") },
  },
  configMap: {
    type: "ConfigMap (a volume populated by a ConfigMap)",
    fields: { Name: text("name"), Optional: flag("optional") },
  },
  nfs: {
    type: "NFS (an NFS mount that lasts the lifetime of a pod)",
    fields: { Server: text("server"), Path: text("path"), ReadOnly: flag("readOnly") },
  },
  iscsi: {
    type: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    fields: {
      TargetPortal: text("targetPortal"),
      IQN: text("iqn"),
      Lun: count("lun"),
      ISCSIInterface: text("iscsiInterface"),
      ...filesystem,
      Portals: list("portals"),
      DiscoveryCHAPAuth: flag("chapAuthDiscovery"),
      SessionCHAPAuth: flag("chapAuthSession"),
      SecretRef: secret,
      InitiatorName: text("initiatorName", NONE),
    },
  },
  glusterfs: {
    type: "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
    fields: {
      EndpointsName: text("endpoints"),
      EndpointsNamespace: given("endpointsNamespace"),
      Path: text("path"),
      ReadOnly: flag("readOnly"),
    },
  },
  persistentVolumeClaim: {
    type: "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
    fields: { ClaimName: text("claimName"), ReadOnly: flag("readOnly") },
  },
  rbd: {
    type: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
    fields: {
      CephMonitors: list("monitors"),
      RBDImage: text("image"),
      FSType: text("fsType"),
      RBDPool: text("pool"),
      RadosUser: text("user"),
      Keyring: text("keyring"),
      SecretRef: secret,
      ReadOnly: flag("readOnly"),
    },
  },
  quobyte: {
    type: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    fields: { Registry: text("registry"), Volume: text("volume"), ReadOnly: flag("readOnly") },
  },
  azureDisk: {
    type: "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
    fields: {
      DiskName: text("diskName"),
      DiskURI: text("diskURI"),
      Kind: text("kind"),
      FSType: text("fsType"),
      CachingMode: text("cachingMode"),
      ReadOnly: flag("readOnly"),
    },
  },
  vsphereVolume: {
    type: "vSphereVolume (a Persistent Disk resource in vSphere)",
    fields: {
      VolumePath: text("volumePath"),
      FSType: text("fsType"),
      StoragePolicyName: text("storagePolicyName"),
    },
  },
  cinder: {
    type: "Cinder (a Persistent Disk resource in OpenStack)",
    fields: { VolumeID: text("volumeID"), ...filesystem, SecretRef: secret },
  },
  photonPersistentDisk: {
    type: "PhotonPersistentDisk (a Persistent Disk resource in photon platform)",
    fields: { PdID: text("pdID"), FSType: text("fsType") },
  },
  portworxVolume: {
    type: "PortworxVolume (a Portworx Volume resource)",
    fields: { VolumeID: text("volumeID") },
  },
  scaleIO: {
    type: "ScaleIO (a persistent volume backed by a block device in ScaleIO)",
    fields: {
      Gateway: text("gateway"),
      System: text("system"),
      "Protection Domain": text("protectionDomain"),
      "Storage Pool": text("storagePool"),
      "Storage Mode": text("storageMode"),
      VolumeName: text("volumeName"),
      SecretName: secret,
      SecretNamespace: secretNamespace,
      ...filesystem,
    },
  },
  local: {
    type: "LocalVolume (a persistent volume backed by local storage on a node)",
    fields: { Path: text("path") },
  },
  cephfs: {
    type: "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
    fields: {
      Monitors: list("monitors"),
      Path: text("path"),
      User: text("user"),
      SecretFile: text("secretFile"),
      SecretRef: secret,
      ReadOnly: flag("readOnly"),
    },
  },
  storageos: {
    type: "StorageOS (a StorageOS Persistent Disk resource)",
    fields: { VolumeName: text("volumeName"), VolumeNamespace: text("volumeNamespace"), ...filesystem },
  },
  fc: {
    type: "FC (a Fibre Channel disk)",
    fields: {
      TargetWWNs: ({ targetWWNs = [] }) => (targetWWNs as string[]).join(", "),
      LUN: text("lun", NONE),
      ...filesystem,
    },
  },
  azureFile: {
    type: "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
    fields: {
      SecretName: text("secretName"),
      SecretNamespace: given("secretNamespace"),
      ShareName: text("shareName"),
      ReadOnly: flag("readOnly"),
    },
  },
  flexVolume: {
    type: "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
    fields: {
      Driver: text("driver"),
      FSType: text("fsType"),
      SecretRef: secret,
      ReadOnly: flag("readOnly"),
      Options: ({ options }) => mapText(options as Record<string, string> | undefined),
    },
  },
  flocker: {
    type: "Flocker (a Flocker volume mounted by the Flocker agent)",
    fields: { DatasetName: text("datasetName"), DatasetUUID: text("datasetUUID") },
  },
  csi: {
    type: "CSI (a Container Storage Interface (CSI) volume source)",
    fields: {
      Driver: text("driver"),
      FSType: text("fsType"),
      VolumeHandle: given("volumeHandle"),
      ReadOnly: flag("readOnly"),
      VolumeAttributes: map("volumeAttributes"),
    },
  },
  image: {
    type: "Image (a container image or OCI artifact)",
    fields: { Reference: text("reference"), PullPolicy: text("pullPolicy") },
  },
};
