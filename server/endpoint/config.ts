/** All settings of an endpoint. Read once, at the start; see README for the variables. */
export interface EndpointConfig {
  readonly host: string;
  readonly port: number;
  /** Folder for the embedded database, uploads and keys; made when missing. */
  readonly dataFolder: string;
  /** `postgres://...`; null: the embedded database in `dataFolder`. */
  readonly databaseUrl: string | null;
  /** Null: plain HTTP, allowed on loopback, behind a proxy, or with `isPlainHttpAllowed`. */
  readonly tls: { readonly certificatePath: string; readonly keyPath: string } | null;
  readonly isPlainHttpAllowed: boolean;
  /** Addresses of proxies whose `X-Forwarded-For` and `-Proto` are believed. Empty: nobody's. */
  readonly trustedProxies: readonly string[];
  /** The address that users see, such as `https://cars.example`; null: host and port. */
  readonly publicUrl: string | null;
  /** Origins besides its own that may use the interface from a browser. `loopback` among them: http://localhost and 127.0.0.1, any port. */
  readonly allowedOrigins: readonly string[];
  readonly store:
    | { readonly kind: 'files' }
    | {
        readonly kind: 's3';
        readonly bucket: string;
        readonly region: string;
        /** For servers that are not Amazon's. */
        readonly address: string | null;
      };
  readonly quotaBytesPerDevice: number;
  readonly maxSessionBytes: number;
  /** Days a session is kept; null: until somebody removes it. */
  readonly retentionDays: number | null;
  /** Hours an upload may rest before it is thrown away. */
  readonly uploadExpiryHours: number;
  /** Minutes of live results kept for those who come back. */
  readonly liveMinutes: number;
  /** Requests a minute of one device and of one address without a token. */
  readonly requestsPerMinute: { readonly device: number; readonly address: number };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}
